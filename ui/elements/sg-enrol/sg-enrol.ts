import { isEnrolledAgentId } from '@streamgauge/core/names.ts'
import { html, LitElement, nothing } from 'lit'
import { ApiError, explain } from '../../api/client.ts'
import type { Enrolment } from '../../api/types.ts'
import { publishLine } from '../../model/enrolment.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import type { SgSecret } from '../sg-secret/sg-secret.ts'
import '../sg-secret/sg-secret.ts'
import { styles } from './sg-enrol.styles.ts'

/** Gives an agent a login; with `renew` a new password to one that has a login already. */
export type Enrol = (agent: string, renew: boolean) => Promise<Enrolment>

/** Names become a level of MQTT topics and a part of a login. */
const rule = 'Lower-case letters, digits, _ and -, beginning with a letter or a digit.'

/** The dialog that enrols an agent: its name, then its password, shown this once, and the lines to copy. */
export class SgEnrol extends LitElement {
  static override styles = [base, controls, page, dialog, styles]
  static override properties = {
    tenant: {},
    enrol: { attribute: false },
    problem: { state: true },
    taken: { state: true },
    busy: { state: true },
  }
  declare tenant: string
  declare enrol: Enrol
  declare private problem: string | undefined
  /** The name that has a login already. */
  declare private taken: string | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.tenant = ''
    this.#reset()
    this.busy = false
  }

  async show(): Promise<void> {
    this.#reset()
    await this.updateComplete
    this.renderRoot.querySelector('form')?.reset()
    this.#dialog?.showModal()
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${this.#reset}>${this.#form()}</dialog>
      <sg-secret></sg-secret>`
  }

  #form() {
    return html`
      <h2 id="title">Enrol an agent</h2>
      <p class="muted">It gets a login of its own at the MQTT broker, good for its own topics and nothing else.</p>
      <form @submit=${this.#submit}>
        <label for="name">Name</label>
        <input
          id="name"
          name="agent"
          required
          autofocus
          maxlength="63"
          placeholder="web-1"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="hint"
          @input=${this.#typed}
        />
        <p class="hint" id="hint">${rule}</p>
        ${
          this.problem
            ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>`
            : nothing
        }
        <div class="ends">
          <button type="button" @click=${this.#close}>Cancel</button>
          ${
            this.taken
              ? html`<button
                  type="button"
                  class="danger"
                  ?disabled=${this.busy}
                  @click=${() => this.#make(this.taken ?? '', true)}
                >
                  Give ${this.taken} a new password
                </button>`
              : html`<button class="primary" ?disabled=${this.busy}>Enrol</button>`
          }
        </div>
      </form>
    `
  }

  async #reveal(made: Enrolment): Promise<void> {
    await this.renderRoot.querySelector<SgSecret>('sg-secret')?.show({
      title: `${made.agent_id} is enrolled`,
      text: 'Copy what you need now: the password is kept nowhere and shown this once.',
      lines: [
        { title: 'Install the agent on a machine', label: 'Install line', text: made.install },
        {
          title: 'Or send a point from any MQTT client',
          label: 'Line that sends a point',
          text: publishLine(this.tenant, made),
        },
        {
          title: `Login ${made.mqtt.username}, password`,
          label: 'Password',
          text: made.mqtt.password,
        },
      ],
    })
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  #close(): void {
    this.#dialog?.close()
  }

  #reset(): void {
    this.problem = undefined
    this.taken = undefined
  }

  #typed(event: Event): void {
    const input = event.target as HTMLInputElement
    input.setCustomValidity(input.value === '' || isEnrolledAgentId(input.value) ? '' : rule)
    this.#forgive()
  }

  #forgive(): void {
    this.problem = undefined
    this.taken = undefined
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.target as HTMLFormElement)
    void this.#make(String(data.get('agent')), false)
  }

  async #make(agent: string, renew: boolean): Promise<void> {
    this.busy = true
    this.#forgive()
    try {
      const made = await this.enrol(agent, renew)
      this.#close()
      await this.#reveal(made)
      this.dispatchEvent(new CustomEvent('sg-enrolled', { detail: agent }))
    } catch (error) {
      if (error instanceof ApiError && error.code === 'AGENT_EXISTS') this.taken = agent
      this.problem =
        this.taken === undefined
          ? explain(error)
          : `${agent} is enrolled already. A new password ends the one it has at once.`
    } finally {
      this.busy = false
    }
  }
}

customElements.define('sg-enrol', SgEnrol)
