import { ContextConsumer } from '@lit/context'
import { Task } from '@lit/task'
import { html, LitElement, nothing } from 'lit'
import { ApiError } from '../../api/client.ts'
import type { Listing, TokenItem } from '../../api/types.ts'
import { accessContext } from '../../app/contexts.ts'
import '../../elements/sg-channels/sg-channels.ts'
import type { SgDeliveries } from '../../elements/sg-deliveries/sg-deliveries.ts'
import '../../elements/sg-deliveries/sg-deliveries.ts'
import '../../elements/sg-embeds/sg-embeds.ts'
import { icons } from '../../elements/icons.ts'
import { formatAge, formatDateTime } from '../../model/format.ts'
import { base, controls, page, table } from '../../styles/shared.ts'
import { styles } from './sg-settings.styles.ts'

const lifetimes: readonly [string, number | null][] = [
  ['Never expires', null],
  ['30 days', 30],
  ['90 days', 90],
  ['1 year', 365],
]
const dayMs = 86_400_000

/** The tokens of a tenant: list, make, revoke; a new one is shown once. Its channels, and what was sent to them. */
export class SgSettings extends LitElement {
  static override styles = [base, controls, page, table, styles]
  static override properties = {
    tenant: {},
    fresh: { state: true },
    problem: { state: true },
    asking: { state: true },
    copied: { state: true },
  }
  declare tenant: string
  /** The token just made: this is the only time that it can be read. */
  declare private fresh: string | undefined
  declare private problem: string | undefined
  /** Id of the token whose revocation waits for a yes. */
  declare private asking: TokenItem['id'] | undefined
  declare private copied: boolean
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #tokens = new Task(this, {
    task: async ([tenant], { signal }) => {
      const api = this.#access.value?.api
      if (!api || !tenant || !this.#manages) return []
      return (await api.get<Listing<TokenItem>>(`${this.#path}?limit=1000`, signal)).items
    },
    args: () => [this.tenant, this.#access.value] as const,
  })

  constructor() {
    super()
    this.fresh = undefined
    this.problem = undefined
    this.asking = undefined
    this.copied = false
  }

  protected override render() {
    return html`
      <div class="head"><h1>Settings</h1><span class="muted">${this.tenant}</span></div>
      ${this.#manages ? html`${this.#tokenCards()} ${this.#embeds()}` : nothing} ${this.#alertCards()}
    `
  }

  #embeds() {
    const api = this.#access.value?.api
    return html`<sg-embeds .tenant=${this.tenant} .path=${this.#tenantPath} .api=${api}></sg-embeds>`
  }

  #alertCards() {
    const path = this.#tenantPath
    const api = this.#access.value?.api
    return html`<sg-channels
        .path=${path}
        .api=${api}
        ?manages=${this.#manages}
        @sg-sent=${() => this.renderRoot.querySelector<SgDeliveries>('sg-deliveries')?.refresh()}
      ></sg-channels>
      <sg-deliveries .path=${path} .api=${api} ?manages=${this.#manages}></sg-deliveries>`
  }

  get #manages(): boolean {
    return this.#access.value?.session.scopes.some((s) => s === 'manage' || s === 'operator') ?? false
  }

  #tokenCards() {
    return html`
      ${this.problem ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>` : nothing}
      ${this.fresh ? this.#reveal(this.fresh) : nothing}
      <section class="card">
        <div class="bar"><h2>New token</h2></div>
        <form @submit=${this.#create}>
          <label>Label <input name="label" required maxlength="100" placeholder="web servers" autocomplete="off" /></label>
          <label
            >May
            <select name="scope">
              <option value="ingest">send points</option>
              <option value="read">read</option>
            </select></label
          >
          <label
            >Lifetime
            <select name="days">
              ${lifetimes.map(([text, days]) => html`<option value=${days ?? ''}>${text}</option>`)}
            </select></label
          >
          <button class="primary">Create token</button>
        </form>
      </section>
      <section class="card">
        <div class="bar"><h2>Tokens</h2></div>
        <div class="scroll">
          ${this.#tokens.render({
            pending: () => html`<p class="muted none">Reading the tokens</p>`,
            error: (error) => html`<p class="none">The tokens could not be read: ${message(error)}</p>`,
            complete: (items) => this.#list(items),
          })}
        </div>
      </section>
    `
  }

  #reveal(token: string) {
    return html`<div class="fresh" role="status">
      <div>
        <h2>Copy the token now</h2>
        <p class="muted">It is shown this once; only a hash of it is kept.</p>
      </div>
      <code>${token}</code>
      <button @click=${this.#copy}>${this.copied ? icons.check : icons.copy}${this.copied ? 'Copied' : 'Copy'}</button>
      <button class="quiet" aria-label="Close" @click=${this.#forget}>${icons.close}</button>
    </div>`
  }

  #list(items: readonly TokenItem[]) {
    const now = Date.now()
    // those for web pages stand with their snippets
    const secret = items.filter(({ scopes }) => !scopes.includes('publish'))
    const sorted = secret.toSorted((a, b) => Number(Boolean(a.revoked_at)) - Number(Boolean(b.revoked_at)))
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Label</th>
          <th scope="col">Begins with</th>
          <th scope="col">May</th>
          <th scope="col">Made</th>
          <th scope="col">Last used</th>
          <th scope="col">Expires</th>
          <th scope="col"><span class="heard">Revoke</span></th>
        </tr>
      </thead>
      <tbody>
        ${sorted.map(
          (token) => html`<tr ?data-over=${Boolean(token.revoked_at)}>
            <td class="label">${token.label || '–'}</td>
            <td class="mono">${token.prefix}…</td>
            <td>${token.scopes.join(', ')}</td>
            <td>${date(token.created_at)}</td>
            <td>${token.last_used_at ? `${formatAge(now - token.last_used_at)} ago` : 'never'}</td>
            <td>${token.expires_at ? date(token.expires_at) : 'never'}</td>
            <td class="end">${this.#revocation(token)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`
  }

  #revocation(token: TokenItem) {
    if (token.revoked_at) return html`<span class="muted">revoked</span>`
    if (this.asking !== token.id) {
      return html`<button class="quiet" @click=${() => this.#ask(token.id)}>Revoke</button>`
    }
    return html`<span class="sure">
      <button class="danger" @click=${() => this.#revoke(token)}>Revoke for good</button>
      <button class="quiet" @click=${() => this.#ask(undefined)}>Keep</button>
    </span>`
  }

  get #tenantPath(): string {
    return `/api/v1/tenants/${encodeURIComponent(this.tenant)}`
  }

  get #path(): string {
    return `${this.#tenantPath}/tokens`
  }

  #ask(id: TokenItem['id'] | undefined): void {
    this.asking = id
  }

  async #create(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    const days = Number(data.get('days'))
    await this.#attempt(async () => {
      const made = await this.#access.value?.api.post<{ token: string }>(this.#path, {
        label: String(data.get('label')),
        scopes: [String(data.get('scope'))],
        ...(days > 0 && { expires_at: Date.now() + days * dayMs }),
      })
      this.fresh = made?.token
      form.reset()
    })
  }

  async #revoke(token: TokenItem): Promise<void> {
    await this.#attempt(async () => this.#access.value?.api.delete(`${this.#path}/${token.id}`))
    this.asking = undefined
  }

  async #attempt(run: () => Promise<unknown>): Promise<void> {
    this.problem = undefined
    try {
      await run()
      await this.#tokens.run()
    } catch (error) {
      this.problem = message(error)
    }
  }

  async #copy(): Promise<void> {
    if (this.fresh) await navigator.clipboard.writeText(this.fresh)
    this.copied = true
    setTimeout(() => {
      this.copied = false
    }, 1500)
  }

  #forget(): void {
    this.fresh = undefined
  }
}

function date(ms: number | null | undefined): string {
  return ms ? formatDateTime(ms).slice(0, 16) : '–'
}

function message(error: unknown): string {
  if (error instanceof ApiError) return `${error.title}. ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

customElements.define('sg-settings', SgSettings)
