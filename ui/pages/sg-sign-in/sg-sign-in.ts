import { html, LitElement, nothing } from 'lit'
import { icons, mark } from '../../elements/icons.ts'
import { base, controls } from '../../styles/shared.ts'
import { styles } from './sg-sign-in.styles.ts'

/** Signing in with a pasted token; one-time links never get here unless they fail. */
export class SgSignIn extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = { problem: {}, signIn: { attribute: false }, busy: { state: true } }
  declare problem: string | undefined
  declare signIn: (token: string) => Promise<boolean>
  declare private busy: boolean

  constructor() {
    super()
    this.problem = undefined
    this.busy = false
  }

  protected override render() {
    return html`
      <svg class="trace" viewBox="0 0 1200 200" preserveAspectRatio="none" aria-hidden="true">
        <path
          d="M0 120h210l26-12 22 12h120l18-70 34 128 22-58h150l24-16 30 16h90l22-92 40 150 24-58h120l20-10 18 10h210"
        />
      </svg>
      <main>
        <div class="brand">${mark}<span>Streamgauge</span></div>
        <form @submit=${this.#submit}>
          <h1>Sign in</h1>
          ${
            this.problem
              ? html`<p class="problem" role="alert">${icons.warn}<span>${this.problem}</span></p>`
              : nothing
          }
          <label for="token">Token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="off"
            spellcheck="false"
            placeholder="sg_…"
            required
            autofocus
          />
          <button class="primary" ?disabled=${this.busy}>${this.busy ? 'Signing in' : 'Sign in'}</button>
        </form>
        <p class="hint">
          No token at hand? This prints a link that signs in once:
          <code>npm run streamgauge -- sign-in</code>
        </p>
      </main>
    `
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const input = this.renderRoot.querySelector('input')
    const token = input?.value.trim() ?? ''
    if (!token) return
    this.busy = true
    const done = await this.signIn(token)
    this.busy = false
    if (!done) input?.select()
  }
}

customElements.define('sg-sign-in', SgSignIn)
