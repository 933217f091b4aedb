import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AlertTransition } from '../../api/alert-types.ts'
import { formatAge, formatDateTime, formatValue, unitOf } from '../../model/format.ts'
import { hrefOf } from '../../model/route.ts'
import { seriesText } from '../../model/series-label.ts'
import { base } from '../../styles/shared.ts'
import { define } from '../define.ts'
import '../sg-alert-state/sg-alert-state.ts'
import { styles } from './sg-firing.styles.ts'

/** The alerts that fire now, the latest first; each leads to its chart. */
export class SgFiring extends LitElement {
  static override styles = [base, styles]
  static override properties = {
    tenant: {},
    items: { attribute: false },
    now: { attribute: false },
    most: { type: Number },
    plain: { type: Boolean },
  }
  declare tenant: string
  declare items: readonly AlertTransition[]
  /** The server's clock, epoch ms. */
  declare now: number
  /** More are only counted. */
  declare most: number
  /** Without ways to charts: the reader has none here. */
  declare plain: boolean

  constructor() {
    super()
    this.tenant = ''
    this.items = []
    this.now = 0
    this.most = 200
    this.plain = false
  }

  protected override render() {
    const { items, most } = this
    return html`<ul aria-label="Firing now">
        ${repeat(
          items.slice(0, most),
          ({ id }) => id,
          (item) => this.#row(item),
        )}
      </ul>
      ${items.length > most ? html`<p class="more">and ${items.length - most} more</p>` : nothing}`
  }

  #row(item: AlertTransition) {
    const { rule_name, severity, series, value, threshold, at, to } = item
    const [metric, agent] = series
    const chart = hrefOf({ page: 'tenant', tenant: this.tenant, metric, ...(agent && { agent }) })
    const unit = unitOf(metric)
    const name = html`<b>${rule_name}</b><em class=${severity}>${severity}</em>`
    return html`<li>
      <sg-alert-state .state=${to}></sg-alert-state>
      <div class="what">
        ${this.plain ? html`<span>${name}</span>` : html`<a href=${chart}>${name}</a>`}
        <span class="series">${seriesText(series)}</span>
      </div>
      <span class="value mono">
        ${to === 'NO_DATA' || value === null ? nothing : html`<b>${formatValue(value, unit)}</b> `}
        <span class="muted">limit ${formatValue(threshold, unit)}</span>
      </span>
      <span class="since" title=${formatDateTime(at)}>for <span class="mono">${formatAge(this.now - at)}</span></span>
    </li>`
  }
}

define('sg-firing', SgFiring)
