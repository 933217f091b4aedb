import type { ChannelRow, WaitingDelivery } from '@streamgauge/adapters/mariadb/deliveries.ts'
import type { Transition } from '@streamgauge/core/transition.ts'

interface MailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const words = { firing: 'FIRING', resolved: 'Resolved', no_data: 'No data', test: 'Test' } as const
const colours = { firing: '#c62828', resolved: '#2e7d32', no_data: '#8d6e00', test: '#455a64' } as const

/** What a person reads: what it is about, the value, when. `dashboard` is where to look, without a slash at its end. */
export function mailText(delivery: WaitingDelivery, channel: ChannelRow, dashboard: string): MailText {
  const { kind, alert } = delivery
  const word = words[kind]
  const title = alert === null ? channel.name : `${alert.rule_name}: ${about(alert)}`
  const rows = alert === null ? [['Channel', channel.name]] : rowsOf(alert)
  rows.push(['Tenant', channel.tenant])
  const lead = alert === null ? 'Mails of this channel arrive.' : leads[kind](alert)
  const subject = `[${word}] ${title}`
  return {
    subject: subject.replace(/\s+/g, ' ').slice(0, 200),
    text: `${word}: ${title}\n${lead}\n\n${rows.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${dashboard}\n`,
    html: htmlOf({ word, colour: colours[kind], title, lead, rows, dashboard }),
  }
}

const leads = {
  firing: ({ value, threshold }: Transition) => `The value is ${value}; the threshold is ${threshold}.`,
  resolved: ({ reason, value }: Transition) =>
    reason === 'threshold' ? `The value is back at ${value}.` : `It is over: ${said(reason)}.`,
  no_data: () => 'Nothing has come for a while; whether it is over is not known.',
  test: () => '',
}

function said(reason: string): string {
  return reason.replaceAll('_', ' ')
}

function about({ series: [metric, agent] }: Transition): string {
  return agent === null ? metric : `${metric} of ${agent}`
}

function rowsOf({ series: [metric, agent, tags], severity, value, threshold, at, reason }: Transition) {
  const named = Object.entries(tags).map(([key, text]) => [key, text])
  const rows = [
    ['Metric', metric],
    ['Agent', agent],
    ...named,
    ['Severity', severity],
    ['Value', value],
    ['Threshold', threshold],
    ['Time', new Date(at).toISOString()],
    ['Reason', said(reason)],
  ]
  return rows.filter(([, text]) => text !== null).map((row) => row.map(String))
}

interface Page {
  readonly word: string
  readonly colour: string
  readonly title: string
  readonly lead: string
  readonly rows: readonly (readonly string[])[]
  readonly dashboard: string
}

function htmlOf({ word, colour, title, lead, rows, dashboard }: Page): string {
  const cells = rows.map(
    ([name, value]) =>
      `<tr><td style="color:#666;padding-right:16px">${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`,
  )
  return `<div style="font:14px sans-serif;color:#222">
<p style="font-size:16px"><b style="color:${colour}">${escapeHtml(word)}</b> ${escapeHtml(title)}</p>
<p>${escapeHtml(lead)}</p>
<table style="font:14px sans-serif;border-collapse:collapse">${cells.join('\n')}</table>
<p><a href="${escapeHtml(dashboard)}">${escapeHtml(dashboard)}</a></p>
</div>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character])
}
