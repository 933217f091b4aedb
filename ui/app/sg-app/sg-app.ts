import { ContextProvider } from '@lit/context'
import { html, LitElement, nothing } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { Api, ApiError } from '../../api/client.ts'
import type { Session, TenantDetail } from '../../api/types.ts'
import '../../pages/sg-agents/sg-agents.ts'
import '../../pages/sg-alerts-page/sg-alerts-page.ts'
import '../../pages/sg-overview/sg-overview.ts'
import '../../pages/sg-rules/sg-rules.ts'
import '../../pages/sg-settings/sg-settings.ts'
import '../../pages/sg-sign-in/sg-sign-in.ts'
import '../../pages/sg-tenant/sg-tenant.ts'
import { FeedHub } from '../../model/feed-hub.ts'
import { parseRoute, type Route, signInCode } from '../../model/route.ts'
import { DrawScheduler } from '../../model/scheduler.ts'
import { ServerClock } from '../../model/server-clock.ts'
import { TenantFeed } from '../../model/tenant-feed.ts'
import { base, controls } from '../../styles/shared.ts'
import { accessContext, liveContext } from '../contexts.ts'
import { followMotion } from '../motion.ts'
import { followLink, navigate, navigated } from '../navigate.ts'
import { followVisibility } from '../visibility.ts'
import '../sg-shell/sg-shell.ts'
import { styles } from './sg-app.styles.ts'

type Entry =
  | { readonly kind: 'starting' }
  | { readonly kind: 'signed-out'; readonly problem?: string }
  | { readonly kind: 'signed-in'; readonly session: Session }
  | { readonly kind: 'unreachable'; readonly problem: string }

/** While the server can't be reached at the start, it is tried again this often, ms. */
const retryMs = 2000

/** Tenants asked, and for how long, when the first one to show is chosen, ms. */
const busiestOf = 20
const busiestMs = 1500

/** The composition root of the page: session, routes, and the life of the live side. */
export class SgApp extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = { entry: { state: true }, route: { state: true } }
  declare private entry: Entry
  declare private route: Route
  readonly #api = new Api()
  readonly #clock = new ServerClock()
  readonly #scheduler = new DrawScheduler()
  readonly #hub = new FeedHub((tenant, agent) => this.#makeFeed(tenant, agent))
  readonly #access = new ContextProvider(this, { context: accessContext })
  #unfollow: (() => void) | undefined
  #again: ReturnType<typeof setTimeout> | undefined
  #lastTenant: string | undefined

  constructor() {
    super()
    this.entry = { kind: 'starting' }
    this.route = parseRoute(location.pathname, location.search)
    new ContextProvider(this, {
      context: liveContext,
      initialValue: { hub: this.#hub, scheduler: this.#scheduler },
    })
    this.#api.onSignedOut = () => this.#signedOut()
    followMotion(this.#scheduler)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('popstate', this.#located)
    window.addEventListener('hashchange', this.#hashed)
    window.addEventListener(navigated, this.#located)
    this.#unfollow = followVisibility(this.#hub)
    this.addEventListener('click', followLink)
    void this.#start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('popstate', this.#located)
    window.removeEventListener('hashchange', this.#hashed)
    window.removeEventListener(navigated, this.#located)
    this.#unfollow?.()
    this.#hub.clear()
    clearTimeout(this.#again)
  }

  protected override render() {
    const { entry, route } = this
    if (entry.kind === 'starting') return nothing
    if (entry.kind === 'unreachable') {
      return html`<div class="alone" role="alert">
        <h1>The dashboard can’t start</h1>
        <p>${entry.problem}</p>
        <button @click=${() => this.#start()}>Try again</button>
      </div>`
    }
    if (entry.kind === 'signed-out') {
      return html`<sg-sign-in
        .problem=${entry.problem}
        .signIn=${(token: string) => this.#signInByToken(token)}
      ></sg-sign-in>`
    }
    const { session } = entry
    const tenant = this.#tenantOf(route, session)
    return html`<sg-shell .route=${route} .session=${session} .tenant=${tenant} @sg-sign-out=${this.#signOut}>
      ${this.#page(route, session, tenant)}
    </sg-shell>`
  }

  #page(route: Route, session: Session, tenant: string | undefined) {
    if (route.page === 'overview') {
      return html`<sg-overview .tenant=${tenant} .tenants=${session.tenants}></sg-overview>`
    }
    if (route.page === 'tenant') {
      if (!session.tenants.includes(route.tenant ?? ''))
        return missing(`There is no tenant ${route.tenant} for this login.`)
      return html`<sg-tenant .route=${route}></sg-tenant>`
    }
    if (!tenant) return missing('This login reaches no tenant yet.')
    if (route.page === 'agents')
      return keyed(tenant, html`<sg-agents .tenant=${tenant} .route=${route}></sg-agents>`)
    if (route.page === 'alerts')
      return keyed(tenant, html`<sg-alerts-page .tenant=${tenant} .route=${route}></sg-alerts-page>`)
    if (route.page === 'rules') return keyed(tenant, html`<sg-rules .tenant=${tenant}></sg-rules>`)
    if (route.page === 'settings') return keyed(tenant, html`<sg-settings .tenant=${tenant}></sg-settings>`)
    return missing('There is no such page.')
  }

  /** The tenant in the address, else the one last looked at, else the first. */
  #tenantOf(route: Route, session: Session): string | undefined {
    const { tenants } = session
    const asked = [route.tenant, this.#lastTenant, session.tenant].find(
      (name) => name && tenants.includes(name),
    )
    const tenant = asked ?? tenants[0]
    this.#lastTenant = tenant
    return tenant
  }

  async #start(): Promise<void> {
    const code = signInCode(location.hash)
    if (code) {
      // the code is gone from the address before anything else can go wrong
      navigate({ page: 'overview' }, true)
      const problem = await this.#signIn({ code })
      if (problem === undefined) return
      // who opens the link a second time may well be signed in by the first
      const session = await this.#api.get<Session>('/api/v1/session').catch(() => undefined)
      if (session) await this.#enter(session)
      else this.entry = { kind: 'signed-out', problem }
      return
    }
    try {
      await this.#enter(await this.#api.get<Session>('/api/v1/session'))
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) this.#signedOut()
      else this.#unreachable(error)
    }
  }

  /** An outage ends without anybody pressing a button. */
  #unreachable(error: unknown): void {
    this.entry = { kind: 'unreachable', problem: reason(error) }
    clearTimeout(this.#again)
    this.#again = setTimeout(() => void this.#start(), retryMs)
  }

  /** Trades a token or a one-time code for a session cookie; answers what went wrong, or undefined. */
  async #signIn(proof: { token: string } | { code: string }): Promise<string | undefined> {
    try {
      await this.#enter(await this.#api.post<Session>('/api/v1/session', proof))
      return undefined
    } catch (error) {
      return reason(error)
    }
  }

  async #signInByToken(token: string): Promise<boolean> {
    const problem = await this.#signIn({ token })
    if (problem !== undefined) this.entry = { kind: 'signed-out', problem }
    return problem === undefined
  }

  async #enter(session: Session): Promise<void> {
    this.#access.setValue({ api: this.#api, session })
    if (session.tenants.length > 1 && !this.route.tenant)
      this.#lastTenant ??= await this.#busiest(session.tenants)
    this.entry = { kind: 'signed-in', session }
    if (this.route.page === 'sign-in') navigate({ page: 'overview' }, true)
  }

  /** Of several tenants, the one where most happens is looked at first; undefined when nothing does. */
  async #busiest(tenants: readonly string[]): Promise<string | undefined> {
    const patience = AbortSignal.timeout(busiestMs)
    const rates = await Promise.all(
      tenants.slice(0, busiestOf).map((name) =>
        this.#api
          .get<TenantDetail>(`/api/v1/tenants/${encodeURIComponent(name)}`, patience)
          .then(({ ingest }) => ({ name, rate: ingest.points_per_s }))
          .catch(() => ({ name, rate: 0 })),
      ),
    )
    const first = rates.reduce((best, of) => (of.rate > best.rate ? of : best))
    return first.rate > 0 ? first.name : undefined
  }

  #signedOut(): void {
    this.#hub.clear()
    const was = this.entry.kind === 'signed-in'
    this.entry = was
      ? { kind: 'signed-out', problem: 'The session has ended. Sign in again to go on.' }
      : { kind: 'signed-out' }
  }

  async #signOut(): Promise<void> {
    this.#hub.clear()
    await this.#api.delete('/api/v1/session').catch(() => undefined)
    this.entry = { kind: 'signed-out' }
    navigate({ page: 'sign-in' })
  }

  #makeFeed(tenant: string, agent?: string): TenantFeed {
    return new TenantFeed({
      tenant,
      ...(agent !== undefined && { agent }),
      clock: this.#clock,
      readDetail: (signal) =>
        this.#api.get<TenantDetail>(`/api/v1/tenants/${encodeURIComponent(tenant)}`, signal),
      onDenied: (status) => {
        if (status === 401) this.#signedOut()
      },
    })
  }

  #located = () => {
    this.route = parseRoute(location.pathname, location.search)
  }

  /** A sign-in link opened in a tab that is here already changes nothing but the fragment. */
  #hashed = () => {
    if (signInCode(location.hash)) void this.#start()
  }
}

function missing(text: string) {
  return html`<div class="alone"><h1>Nothing here</h1><p>${text}</p><a class="button" href="/">To the overview</a></div>`
}

function reason(error: unknown): string {
  if (error instanceof ApiError) return `${error.title}. ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

customElements.define('sg-app', SgApp)
