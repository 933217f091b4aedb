/** The elements that show a tenant's metrics on other pages. */
export const widgetKinds = ['sg-chart', 'sg-stat', 'sg-status', 'sg-alerts'] as const
export type WidgetKind = (typeof widgetKinds)[number]

/** What they are called. */
export const widgetNames: Readonly<Record<WidgetKind, string>> = {
  'sg-chart': 'Chart',
  'sg-stat': 'Number',
  'sg-status': 'Agents',
  'sg-alerts': 'Alerts',
}

export interface Embedded {
  readonly kind: WidgetKind
  /** Origin of the gateway. */
  readonly src: string
  readonly tenant: string
  readonly token: string
  readonly metric: string
}

/** Whether a widget is about one metric. */
export function needsMetric(kind: WidgetKind): boolean {
  return kind === 'sg-chart' || kind === 'sg-stat'
}

/** The HTML that puts a widget on a page: the module once, then the element. */
export function embedSnippet({ kind, src, tenant, token, metric }: Embedded): string {
  const attributes = { src, tenant, token, ...(needsMetric(kind) && { metric }) }
  const written = Object.entries(attributes).map(([name, value]) => `  ${name}="${escaped(value)}"`)
  return [
    `<script type="module" src="${escaped(src)}/embed/v1/streamgauge.js"></script>`,
    `<${kind}`,
    ...written,
    `></${kind}>`,
  ].join('\n')
}

/** What a strict content security policy of the page has to allow. */
export function embedPolicy(src: string): string {
  return `script-src ${src}; connect-src ${src}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
