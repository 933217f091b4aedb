import { type AlertChannel, readAlertChannel } from '@streamgauge/core/alert-channel.ts'
import { css, html, LitElement, nothing } from 'lit'
import type { ChannelItem, ChannelMade } from '../../api/alert-types.ts'
import { explain } from '../../api/client.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import type { SgSecret } from '../sg-secret/sg-secret.ts'
import '../sg-secret/sg-secret.ts'

/** Makes a channel, or with an id changes one. */
export type SaveChannel = (body: AlertChannel, id: number | undefined) => Promise<ChannelMade>

/** The dialog that makes or changes a channel. The secret of a webhook is shown this once. */
export class SgChannelForm extends LitElement {
  static override styles = [
    base,
    controls,
    page,
    dialog,
    css`
      :host {
        display: contents;
      }

      form {
        display: grid;
        gap: 6px;
        margin-top: 16px;
      }

      label {
        margin-top: 8px;
        color: var(--sg-muted);
        font-size: 12px;
        font-weight: 500;
      }

      input,
      select {
        height: 34px;
      }

      .fault {
        color: var(--sg-firing);
        font-size: 12px;
      }

      .hint {
        color: var(--sg-muted);
        font-size: 12px;
      }
    `,
  ]
  static override properties = {
    save: { attribute: false },
    channel: { state: true },
    type: { state: true },
    faults: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  declare save: SaveChannel
  /** The channel that is changed; undefined for a new one. */
  declare private channel: ChannelItem | undefined
  declare private type: AlertChannel['type']
  declare private faults: Readonly<Record<string, string>>
  declare private problem: string | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.#reset()
    this.type = 'webhook'
    this.busy = false
  }

  async show(channel: ChannelItem | undefined): Promise<void> {
    this.#reset()
    this.channel = channel
    this.type = channel?.type ?? 'webhook'
    await this.updateComplete
    this.renderRoot.querySelector('form')?.reset()
    this.#dialog?.showModal()
  }

  /** Shows a new secret of a channel that is there already. */
  async reveal(made: ChannelMade): Promise<void> {
    this.#dialog?.close()
    await this.renderRoot.querySelector<SgSecret>('sg-secret')?.show({
      title: `The secret of ${made.name}`,
      text: 'The receiver verifies with it that a message comes from here. It is shown this once; copy it now.',
      lines: [{ label: 'Signing secret', text: made.secret ?? '' }],
    })
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#reset}>${this.#form()}</dialog>
      <sg-secret></sg-secret>`
  }

  #form() {
    const { channel, type, faults } = this
    return html`
      <h2 id="title">${channel ? `Change ${channel.name}` : 'New channel'}</h2>
      <form novalidate @submit=${this.#submit}>
        ${
          channel
            ? nothing
            : html`<label for="type">Tell by</label>
                <select id="type" name="type" @change=${this.#chooseType}>
                  <option value="webhook" ?selected=${type === 'webhook'}>Webhook</option>
                  <option value="email" ?selected=${type === 'email'}>E-mail</option>
                </select>`
        }
        ${
          type === 'webhook'
            ? this.#input(
                'url',
                'Address',
                channel?.type === 'webhook' ? channel.url : '',
                'https://example.com/hooks/alerts',
              )
            : this.#input(
                'to',
                'Recipients',
                channel?.type === 'email' ? channel.to.join(', ') : '',
                'ops@example.com, night@example.com',
              )
        }
        ${this.#input('name', 'Name', channel?.name ?? '', type === 'webhook' ? 'from the address' : 'from the first recipient')}
        ${faults[''] ? html`<p class="fault">${faults['']}</p>` : nothing}
        ${type === 'webhook' ? html`<p class="hint">Messages are signed as Standard Webhooks say.</p>` : nothing}
        ${
          this.problem
            ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>`
            : nothing
        }
        <div class="ends">
          <button type="button" @click=${this.#close}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>${channel ? 'Save channel' : 'Create channel'}</button>
        </div>
      </form>
    `
  }

  #input(name: 'url' | 'to' | 'name', label: string, value: string, placeholder: string) {
    const fault = this.faults[name]
    return html`<label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        .defaultValue=${value}
        placeholder=${placeholder}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-invalid=${fault ? 'true' : nothing}
        aria-describedby=${fault ? `${name}-fault` : nothing}
      />
      ${fault ? html`<p class="fault" id=${`${name}-fault`}>${label} ${fault}</p>` : nothing}`
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  #close(): void {
    this.#dialog?.close()
  }

  #reset(): void {
    this.channel = undefined
    this.faults = {}
    this.problem = undefined
  }

  #chooseType(event: Event): void {
    this.type = (event.target as HTMLSelectElement).value === 'email' ? 'email' : 'webhook'
    this.faults = {}
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const data = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(data.get(name) ?? '').trim() || undefined
    const to = text('to')
      ?.split(/[\s,;]+/)
      .filter(Boolean)
    const read = readAlertChannel({ type: this.type, name: text('name'), url: text('url'), to })
    this.problem = undefined
    this.faults = {}
    if (!read.ok) {
      // a fault of one recipient is named `to.0`
      this.faults = Object.fromEntries(read.faults.map(({ field, detail }) => [field.split('.')[0], detail]))
      return
    }
    this.busy = true
    try {
      const made = await this.save(read.value, this.channel?.id)
      if (made.secret) await this.reveal(made)
      else this.#close()
    } catch (error) {
      this.problem = explain(error)
    } finally {
      this.busy = false
    }
  }
}

customElements.define('sg-channel-form', SgChannelForm)
