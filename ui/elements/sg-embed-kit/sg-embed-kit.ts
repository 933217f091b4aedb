import { html, LitElement, nothing } from 'lit'
import '../../embed/streamgauge.ts'
import {
  embedPolicy,
  embedSnippet,
  needsMetric,
  type WidgetKind,
  widgetKinds,
  widgetNames,
} from '../../model/embed-snippet.ts'
import { base, controls } from '../../styles/shared.ts'
import '../sg-copy/sg-copy.ts'
import { styles } from './sg-embed-kit.styles.ts'

/** Stands in the snippet where the token is not known any more. */
const unknownToken = 'sgp_YOUR_TOKEN'

/** A widget as it will look on another page, live, and the lines that put it there. */
export class SgEmbedKit extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = {
    tenant: {},
    token: {},
    metrics: { attribute: false },
    kind: { state: true },
    metric: { state: true },
  }
  declare tenant: string
  /** The token itself while it can be read; later the preview uses the session of this page. */
  declare token: string | undefined
  declare metrics: readonly string[]
  declare private kind: WidgetKind
  declare private metric: string

  constructor() {
    super()
    this.tenant = ''
    this.token = undefined
    this.metrics = []
    this.kind = 'sg-chart'
    this.metric = ''
  }

  protected override render() {
    const { tenant, token = unknownToken, kind } = this
    const src = location.origin
    const metric = this.#metric
    return html`
      <div class="choice">
        <div class="group" role="group" aria-label="Widget">
          ${widgetKinds.map(
            (each) =>
              html`<button aria-pressed=${each === kind} @click=${() => this.#choose(each)}>
                ${widgetNames[each]}
              </button>`,
          )}
        </div>
        ${
          needsMetric(kind) && this.metrics.length > 1
            ? html`<select aria-label="Metric" @change=${this.#chooseMetric}>
                ${this.metrics.map((name) => html`<option ?selected=${name === metric}>${name}</option>`)}
              </select>`
            : nothing
        }
      </div>
      <div class="preview" role="group" aria-label="Preview">${this.#preview(metric)}</div>
      <h3>Put this on the page</h3>
      <sg-copy label="Snippet" .text=${embedSnippet({ kind, src, tenant, token, metric })}></sg-copy>
      <p class="muted">
        ${
          this.token
            ? nothing
            : html`The token itself was shown once, when it was made; put it in the place of <code>${unknownToken}</code>. `
        }A page with a content security policy needs <code>${embedPolicy(src)}</code>.
      </p>
    `
  }

  #preview(metric: string) {
    const { tenant, token, kind } = this
    // null stands for an attribute that is not there: without a token the session of this page is used
    const of = { tenant, token: token ?? null, metric }
    if (kind === 'sg-chart')
      return html`<sg-chart .tenant=${of.tenant} .token=${of.token} .metric=${of.metric}></sg-chart>`
    if (kind === 'sg-stat')
      return html`<sg-stat .tenant=${of.tenant} .token=${of.token} .metric=${of.metric}></sg-stat>`
    if (kind === 'sg-status') return html`<sg-status .tenant=${of.tenant} .token=${of.token}></sg-status>`
    return html`<sg-alerts .tenant=${of.tenant} .token=${of.token}></sg-alerts>`
  }

  get #metric(): string {
    return this.metrics.includes(this.metric) ? this.metric : (this.metrics[0] ?? '')
  }

  #choose(kind: WidgetKind): void {
    this.kind = kind
  }

  #chooseMetric(event: Event): void {
    this.metric = (event.target as HTMLSelectElement).value
  }
}

customElements.define('sg-embed-kit', SgEmbedKit)
