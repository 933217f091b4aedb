import type { PublishTerms } from '@streamgauge/core/publish.ts'
import { html, LitElement, nothing } from 'lit'
import type { Api } from '../../api/client.ts'
import type { Listing, TokenItem } from '../../api/types.ts'
import { PollController } from '../../app/poll-controller.ts'
import { formatAge } from '../../model/format.ts'
import { byInterest } from '../../model/metric-order.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import type { SgConfirm } from '../sg-confirm/sg-confirm.ts'
import '../sg-confirm/sg-confirm.ts'
import type { MakeEmbed, SgEmbedForm } from '../sg-embed-form/sg-embed-form.ts'
import '../sg-embed-form/sg-embed-form.ts'
import '../sg-embed-kit/sg-embed-kit.ts'
import type { SgSecret } from '../sg-secret/sg-secret.ts'
import '../sg-secret/sg-secret.ts'
import { styles } from './sg-embeds.styles.ts'

const listMs = 15_000

/** What the widget that is shown is made of. */
interface Shown {
  readonly metrics: readonly string[]
  /** While it can be read. */
  readonly token?: string
}

/** The tokens for web pages: made, shown with a snippet and a live preview, revoked. */
export class SgEmbeds extends LitElement {
  static override styles = [base, controls, page, dialog, styles]
  static override properties = {
    tenant: {},
    path: {},
    api: { attribute: false },
    metrics: { state: true },
    shown: { state: true },
  }
  declare tenant: string
  /** Address of the tenant in the API. */
  declare path: string
  declare api: Api | undefined
  declare private metrics: readonly string[] | undefined
  declare private shown: Shown | undefined
  readonly #tokens = new PollController(this, listMs, (signal) =>
    this.api
      ?.get<Listing<TokenItem>>(`${this.path}/tokens?limit=1000`, signal)
      .then(({ items }) => items.filter(({ scopes }) => scopes.includes('publish'))),
  )

  constructor() {
    super()
    this.tenant = ''
    this.path = ''
    this.api = undefined
    this.metrics = undefined
    this.shown = undefined
  }

  protected override render() {
    const { error, value } = this.#tokens
    const tokens = value?.filter(({ revoked_at }) => !revoked_at)
    return html`<section class="card" aria-labelledby="embeds">
        <div class="bar">
          <h2 id="embeds">Embeds</h2>
          <span class="grow"></span>
          <button @click=${this.#new}>${icons.add}New embed</button>
        </div>
        ${error ? html`<div class="notice bad" role="alert">${icons.warn}<span>${error}</span></div>` : nothing}
        ${
          tokens === undefined
            ? html`<p class="none muted" aria-busy="true">Reading the embeds</p>`
            : tokens.length === 0
              ? html`<p class="none muted">
                  Nothing is embedded yet: an embed shows metrics live on a web page of your own, such as a status page.
                </p>`
              : html`<ul aria-label="Embeds">${tokens.map((token) => this.#row(token))}</ul>`
        }
      </section>
      <sg-embed-form .make=${this.#make} .metrics=${this.metrics}></sg-embed-form>
      <sg-secret @sg-closed=${this.#hide}>${this.shown?.token ? this.#kit(this.shown) : nothing}</sg-secret>
      <dialog id="again" aria-labelledby="again-title" @close=${this.#hide}>
        ${
          this.shown && !this.shown.token
            ? html`<h2 id="again-title">Put it on a page</h2>
                ${this.#kit(this.shown)}
                <div class="ends"><button class="primary" @click=${() => this.#again?.close()}>Done</button></div>`
            : nothing
        }
      </dialog>
      <sg-confirm></sg-confirm>`
  }

  #kit({ metrics, token }: Shown) {
    return html`<sg-embed-kit .tenant=${this.tenant} .token=${token} .metrics=${metrics}></sg-embed-kit>`
  }

  #row(token: TokenItem) {
    const { id, label, prefix, metrics = [], origins = [], rate, last_used_at } = token
    const name = label || `${prefix}…`
    const used = last_used_at ? `used ${formatAge(Date.now() - last_used_at)} ago` : 'not used yet'
    return html`<li data-embed=${id}>
      <div class="what">
        <p class="name">${name}<em>${used}</em></p>
        <p class="mono" title=${metrics.join(', ')}>${metrics.join(', ')}</p>
        <p class="pages" title=${origins.join(', ')}>
          on <span class="mono">${origins.join(', ')}</span> · ${rate} requests a minute · <span class="mono">${prefix}…</span>
        </p>
      </div>
      <div class="tools">
        <button aria-label=${`Snippet of ${name}`} @click=${() => this.#showAgain(metrics)}>Snippet</button>
        <button class="quiet" aria-label=${`Revoke ${name}`} @click=${() => this.#revoke(token, name)}>Revoke</button>
      </div>
    </li>`
  }

  get #again(): HTMLDialogElement | null {
    return this.renderRoot.querySelector<HTMLDialogElement>('#again')
  }

  async #new(): Promise<void> {
    void this.renderRoot.querySelector<SgEmbedForm>('sg-embed-form')?.show()
    this.metrics = await this.#readMetrics().catch(() => [])
  }

  async #readMetrics(): Promise<string[]> {
    const list = await this.api?.get<Listing<{ readonly metric_name: string }>>(
      `${this.path}/metric-names?limit=1000`,
    )
    return (list?.items ?? []).map(({ metric_name }) => metric_name).sort(byInterest)
  }

  #make: MakeEmbed = async (label, terms: PublishTerms) => {
    const body = { label, scopes: ['publish'], ...terms }
    const made = await this.api?.post<{ token: string }>(`${this.path}/tokens`, body)
    if (!made) return
    this.shown = { metrics: terms.metrics, token: made.token }
    void this.#tokens.now()
    await this.renderRoot.querySelector<SgSecret>('sg-secret')?.show({
      title: `${label || 'The embed'} is ready`,
      text: 'Copy the snippet or the token now: the token is shown this once.',
      lines: [{ title: 'Token', label: 'Token', text: made.token }],
    })
  }

  async #showAgain(metrics: readonly string[]): Promise<void> {
    this.shown = { metrics }
    await this.updateComplete
    this.#again?.showModal()
  }

  #hide(): void {
    this.shown = undefined
  }

  #revoke({ id }: TokenItem, name: string): void {
    void this.renderRoot.querySelector<SgConfirm>('sg-confirm')?.ask({
      title: `Revoke ${name}?`,
      text: 'Its widgets stop within two seconds, on every page. This can’t be undone.',
      action: 'Revoke',
      run: async () => {
        await this.api?.delete(`${this.path}/tokens/${id}`)
        await this.#tokens.now()
      },
    })
  }
}

customElements.define('sg-embeds', SgEmbeds)
