import { css, html, LitElement, nothing } from 'lit'
import type { LiveChart } from '../../charts/live-chart.ts'
import { formatDateTime, formatTime } from '../../model/format.ts'
import type { MetricModel } from '../../model/metric-model.ts'
import { type PointRow, pointRows } from '../../model/point-rows.ts'
import { base, table } from '../../styles/shared.ts'
import { define } from '../define.ts'
import { onTick } from '../ticker.ts'

/** Rows that a browser lists without a noticeable wait. */
const maxRows = 1000

/** The points on screen as a table, newest first, with their exact values. */
export class SgPoints extends LitElement {
  static override styles = [
    base,
    table,
    css`
      :host {
        overflow: auto;
        background: var(--sg-surface);
        border-top: 1px solid var(--sg-line);
      }

      thead {
        position: sticky;
        top: 0;
        background: var(--sg-surface);
      }

      th,
      td {
        height: 24px;
        padding: 0 12px;
        font-size: 12px;
      }

      td {
        user-select: text;
      }

      p {
        padding: 6px 12px;
      }
    `,
  ]
  static override properties = { model: { attribute: false }, chart: { attribute: false } }
  declare model: MetricModel
  declare chart: LiveChart
  #stop: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => {
      if (!this.chart.paused) this.requestUpdate()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override render() {
    const { from, to } = this.chart.visible
    const { stepMs } = this.chart
    const rows = pointRows(this.model.lines, from * stepMs, (to + 1) * stepMs)
    const windows = this.model.stepMs > 0
    return html`
      <table>
        <caption class="heard">
          ${windows ? 'Means' : 'Points'} of ${this.model.metric} on screen
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Series</th>
            <th scope="col" class="num">${windows ? 'Mean' : 'Value'}</th>
            ${
              windows
                ? html`<th scope="col" class="num">Least</th>
                    <th scope="col" class="num">Greatest</th>
                    <th scope="col" class="num">Points</th>`
                : nothing
            }
          </tr>
        </thead>
        <tbody>
          ${rows.slice(0, maxRows).map((row) => (windows ? windowRow(row) : pointRow(row)))}
        </tbody>
      </table>
      ${rows.length > maxRows ? html`<p class="muted">The newest ${maxRows} of ${rows.length} rows</p>` : nothing}
    `
  }
}

function windowRow({ timeMs, label, value, min, max, count }: PointRow) {
  return html`<tr data-time=${timeMs} data-series=${label} data-value=${value} data-min=${min} data-max=${max} data-count=${count}>
    <td class="mono">${formatDateTime(timeMs)}</td>
    <td>${label}</td>
    <td class="num">${value}</td>
    <td class="num">${min}</td>
    <td class="num">${max}</td>
    <td class="num">${count}</td>
  </tr>`
}

function pointRow({ timeMs, label, value }: PointRow) {
  return html`<tr data-time=${timeMs} data-series=${label} data-value=${value}>
    <td class="mono">${formatTime(timeMs, true)}</td>
    <td>${label}</td>
    <td class="num">${value}</td>
  </tr>`
}

define('sg-points', SgPoints)
