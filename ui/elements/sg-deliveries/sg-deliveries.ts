import { css, html, LitElement, nothing } from 'lit'
import type { DeliveryItem } from '../../api/alert-types.ts'
import { type Api, explain } from '../../api/client.ts'
import type { Listing } from '../../api/types.ts'
import { PollController } from '../../app/poll-controller.ts'
import { deliveryText, isSettled } from '../../model/delivery-text.ts'
import { formatDateTime } from '../../model/format.ts'
import { base, controls, page, table } from '../../styles/shared.ts'
import { icons } from '../icons.ts'

const listMs = 5000
/** Messages of a page. */
const pageSize = 50

const kinds = { firing: 'Firing', resolved: 'Resolved', no_data: 'No data', test: 'Test' }

/** Every message to a channel and what became of it, the latest first; settled ones can be sent again. */
export class SgDeliveries extends LitElement {
  static override styles = [
    base,
    controls,
    page,
    table,
    css`
      :host {
        margin-top: 12px;
        padding: 0;
      }

      td.at {
        font-size: 12px;
      }

      td.became {
        white-space: normal;
        min-width: 180px;
      }

      .delivered {
        color: var(--sg-ok);
      }

      .failed {
        color: var(--sg-firing);
      }

      .pending {
        color: var(--sg-pending);
      }

      .end {
        text-align: right;
      }

      .none {
        padding: 24px 16px;
      }

      .older {
        padding: 10px;
        border-top: 1px solid var(--sg-line);
        text-align: center;
      }
    `,
  ]
  static override properties = {
    path: {},
    api: { attribute: false },
    manages: { type: Boolean },
    problem: { state: true },
    most: { state: true },
  }
  /** Address of the tenant in the API. */
  declare path: string
  declare api: Api | undefined
  declare manages: boolean
  declare private problem: string | undefined
  declare private most: number
  readonly #log = new PollController(this, listMs, (signal) =>
    this.api?.get<Listing<DeliveryItem>>(`${this.path}/deliveries?limit=${this.most}`, signal),
  )
  constructor() {
    super()
    this.path = ''
    this.api = undefined
    this.manages = false
    this.problem = undefined
    this.most = pageSize
  }

  /** Reads the log at once. */
  refresh(): void {
    void this.#log.now()
  }

  protected override render() {
    const { value } = this.#log
    const error = this.problem ?? this.#log.error
    return html`<section class="card" aria-labelledby="log">
      <div class="bar"><h2 id="log">Delivery log</h2></div>
      ${error ? html`<div class="notice bad" role="alert">${icons.warn}<span>${error}</span></div>` : nothing}
      ${
        value === undefined
          ? html`<p class="none muted" aria-busy="true">Reading the log</p>`
          : value.items.length === 0
            ? html`<p class="none muted">Nothing has been sent yet.</p>`
            : this.#table(value)
      }
    </section>`
  }

  #table({ items, next }: Listing<DeliveryItem>) {
    return html`<div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Channel</th>
              <th scope="col">Message</th>
              <th scope="col" class="num">Tries</th>
              <th scope="col">Outcome</th>
              <th scope="col"><span class="heard">Send again</span></th>
            </tr>
          </thead>
          <tbody>
            ${items.map((item) => this.#row(item))}
          </tbody>
        </table>
      </div>
      ${next === null || this.most >= 1000 ? nothing : html`<div class="older"><button @click=${this.#more}>Show older</button></div>`}`
  }

  #row(item: DeliveryItem) {
    return html`<tr data-delivery=${item.id}>
      <td class="mono at">${formatDateTime(item.created_at)}</td>
      <td>${item.channel_name}</td>
      <td>${kinds[item.kind]}${item.rule_name ? html`: ${item.rule_name}` : nothing}</td>
      <td class="num">${item.tries.length}</td>
      <td class="became ${item.status}">${deliveryText(item, Date.now())}</td>
      <td class="end">
        ${this.manages && isSettled(item) ? html`<button class="quiet" @click=${() => this.#resend(item)}>Send again</button>` : nothing}
      </td>
    </tr>`
  }

  async #more(): Promise<void> {
    this.most = Math.min(1000, this.most * 2)
    await this.#log.now()
  }

  async #resend({ id }: DeliveryItem): Promise<void> {
    this.problem = undefined
    try {
      await this.api?.post(`${this.path}/deliveries/${id}/resend`, {})
    } catch (error) {
      this.problem = explain(error)
    }
    await this.#log.now()
  }
}

customElements.define('sg-deliveries', SgDeliveries)
