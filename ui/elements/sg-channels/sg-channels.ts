import type { AlertChannel } from '@streamgauge/core/alert-channel.ts'
import { html, LitElement, nothing } from 'lit'
import type { ChannelItem, ChannelMade, DeliveryItem } from '../../api/alert-types.ts'
import { type Api, explain } from '../../api/client.ts'
import type { Listing } from '../../api/types.ts'
import { PollController } from '../../app/poll-controller.ts'
import { deliveryText, isSettled } from '../../model/delivery-text.ts'
import { base, controls, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import type { SgChannelForm } from '../sg-channel-form/sg-channel-form.ts'
import '../sg-channel-form/sg-channel-form.ts'
import type { SgConfirm } from '../sg-confirm/sg-confirm.ts'
import '../sg-confirm/sg-confirm.ts'
import { styles } from './sg-channels.styles.ts'

const listMs = 15_000
/** The outcome of a test is looked for this often, and this many times, ms. */
const lookMs = 500
const looks = 40

interface Outcome {
  readonly status: DeliveryItem['status'] | 'sending'
  readonly text: string
}

/** Where alerts are told: made, changed, tried out and deleted here. Fires `sg-sent` when a message is on its way. */
export class SgChannels extends LitElement {
  static override styles = [base, controls, page, styles]
  static override properties = {
    path: {},
    api: { attribute: false },
    manages: { type: Boolean },
    problem: { state: true },
    outcomes: { state: true },
  }
  /** Address of the tenant in the API. */
  declare path: string
  declare api: Api | undefined
  declare manages: boolean
  declare private problem: string | undefined
  /** What became of the last test message of a channel. */
  declare private outcomes: ReadonlyMap<number, Outcome>
  readonly #channels = new PollController(this, listMs, (signal) =>
    this.api
      ?.get<Listing<ChannelItem>>(`${this.path}/channels?limit=1000`, signal)
      .then(({ items }) => items),
  )

  constructor() {
    super()
    this.path = ''
    this.api = undefined
    this.manages = false
    this.problem = undefined
    this.outcomes = new Map()
  }

  protected override render() {
    const channels = this.#channels.value
    const error = this.problem ?? this.#channels.error
    return html`<section class="card" aria-labelledby="channels">
        <div class="bar">
          <h2 id="channels">Channels</h2>
          <span class="grow"></span>
          ${this.manages ? html`<button @click=${() => this.#edit(undefined)}>${icons.add}New channel</button>` : nothing}
        </div>
        ${error ? html`<div class="notice bad" role="alert">${icons.warn}<span>${error}</span></div>` : nothing}
        ${
          channels === undefined
            ? html`<p class="none muted" aria-busy="true">Reading the channels</p>`
            : channels.length === 0
              ? html`<p class="none muted">Nobody is told of alerts yet: make a webhook or an e-mail channel, and choose it in a rule.</p>`
              : html`<ul aria-label="Channels">${channels.map((channel) => this.#row(channel))}</ul>`
        }
      </section>
      <sg-channel-form .save=${this.#save}></sg-channel-form>
      <sg-confirm></sg-confirm>`
  }

  #row(channel: ChannelItem) {
    const { id, name, type, disabled_reason } = channel
    const outcome = this.outcomes.get(id)
    return html`<li data-channel=${id}>
      <div class="what">
        <p class="name">${name}<em>${type === 'webhook' ? 'webhook' : 'e-mail'}</em></p>
        <p class="target mono">${channel.type === 'webhook' ? channel.url : channel.to.join(', ')}</p>
        ${disabled_reason ? html`<p class="off">Disabled: ${disabled_reason}. Save it again to enable it.</p>` : nothing}
        <p class="outcome" role="status" data-status=${outcome?.status ?? ''}>${outcome?.text ?? ''}</p>
      </div>
      ${this.manages ? this.#tools(channel) : nothing}
    </li>`
  }

  #tools(channel: ChannelItem) {
    const { id, name, type } = channel
    const sending = this.outcomes.get(id)?.status === 'sending'
    return html`<div class="tools">
      <button ?disabled=${sending} aria-label=${`Test ${name}`} @click=${() => this.#test(channel)}>${icons.send}Test</button>
      ${
        type === 'webhook'
          ? html`<button class="quiet" aria-label=${`New secret for ${name}`} @click=${() => this.#rotate(channel)}>New secret</button>`
          : nothing
      }
      <button class="quiet icon" title="Change" aria-label=${`Change ${name}`} @click=${() => this.#edit(channel)}>${icons.edit}</button>
      <button class="quiet icon" title="Delete" aria-label=${`Delete ${name}`} @click=${() => this.#delete(channel)}>${icons.trash}</button>
    </div>`
  }

  #edit(channel: ChannelItem | undefined): void {
    void this.#form?.show(channel)
  }

  get #form(): SgChannelForm | null {
    return this.renderRoot.querySelector<SgChannelForm>('sg-channel-form')
  }

  #save = async (body: AlertChannel, id: number | undefined): Promise<ChannelMade> => {
    if (!this.api) throw new Error('not signed in')
    const made =
      id === undefined
        ? await this.api.post<ChannelMade>(`${this.path}/channels`, body)
        : await this.api.put<ChannelMade>(`${this.path}/channels/${id}`, body)
    await this.#channels.now()
    return made
  }

  #rotate(channel: ChannelItem): void {
    const { id, name } = channel
    void this.renderRoot.querySelector<SgConfirm>('sg-confirm')?.ask({
      title: `A new secret for ${name}?`,
      text: 'Messages are signed with the old one as well for 24 hours, so that the receiver can change over.',
      action: 'Make a new secret',
      run: async () => {
        const made = await this.api?.post<{ secret: string }>(`${this.path}/channels/${id}/rotate`, {})
        if (made) await this.#form?.reveal({ ...channel, ...made })
      },
    })
  }

  #delete({ id, name }: ChannelItem): void {
    void this.renderRoot.querySelector<SgConfirm>('sg-confirm')?.ask({
      title: `Delete ${name}?`,
      text: 'Nothing is sent there any more.',
      action: 'Delete channel',
      run: async () => {
        await this.api?.delete(`${this.path}/channels/${id}`)
        await this.#channels.now()
      },
    })
  }

  async #test({ id }: ChannelItem): Promise<void> {
    const tell = (outcome: Outcome) => {
      this.outcomes = new Map(this.outcomes).set(id, outcome)
    }
    tell({ status: 'sending', text: 'A test message is on its way' })
    try {
      const { delivery_id } =
        (await this.api?.post<{ delivery_id: number }>(`${this.path}/channels/${id}/test`, {})) ?? {}
      this.dispatchEvent(new CustomEvent('sg-sent'))
      for (let look = 0; look < looks && this.isConnected; look++) {
        const { items } = (await this.api?.get<Listing<DeliveryItem>>(
          `${this.path}/deliveries?limit=100`,
        )) ?? { items: [] }
        const sent = items.find((item) => item.id === delivery_id)
        if (sent && (isSettled(sent) || sent.tries.length > 0)) {
          tell({ status: sent.status, text: `Test message: ${deliveryText(sent, Date.now())}` })
          this.dispatchEvent(new CustomEvent('sg-sent'))
          return
        }
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
      tell({ status: 'pending', text: 'Test message: still on its way; see the delivery log' })
    } catch (error) {
      tell({ status: 'failed', text: explain(error) })
    }
  }
}

customElements.define('sg-channels', SgChannels)
