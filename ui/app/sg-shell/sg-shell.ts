import { html, LitElement, nothing } from 'lit'
import type { Session } from '../../api/types.ts'
import { icons, mark } from '../../elements/icons.ts'
import { onTick } from '../../elements/ticker.ts'
import { AlertNews } from '../../model/alert-news.ts'
import { hrefOf, type Route } from '../../model/route.ts'
import { base, controls } from '../../styles/shared.ts'
import { AlertsController } from '../alerts-controller.ts'
import type { FeedSubject } from '../feed-controller.ts'
import { currentTheme, toggleTheme } from '../theme.ts'
import '../sg-strip/sg-strip.ts'
import { styles } from './sg-shell.styles.ts'

/** The frame around every page: sidebar, page, status strip. */
export class SgShell extends LitElement {
  static override styles = [base, controls, styles]
  static override properties = {
    route: { attribute: false },
    session: { attribute: false },
    tenant: {},
    open: { state: true },
    theme: { state: true },
    said: { state: true },
  }
  declare route: Route
  declare session: Session
  /** The tenant that pages are about. */
  declare tenant: string | undefined
  declare private open: boolean
  declare private theme: string
  /** The last alerts that began or ended, for those who can't see them. */
  declare private said: string
  #stop: (() => void) | undefined
  readonly #news = new AlertNews()
  readonly #alerts = new AlertsController(this, () => this.#subject, {
    alert: (transition) => this.#news.note(transition),
  })

  constructor() {
    super()
    this.tenant = undefined
    this.open = false
    this.theme = currentTheme()
    this.said = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => {
      this.said = this.#news.tell(performance.now()) ?? this.said
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override updated(): void {
    const { route } = this
    const about = route.page === 'tenant' ? (route.tenant ?? '') : titles[route.page]
    document.title = `${this.#firing > 0 ? `(${this.#firing}) ` : ''}${about} · Streamgauge`
  }

  protected override render() {
    const { tenant, session } = this
    return html`
      <header><button class="skip" @click=${this.#skip}>Skip to the page</button></header>
      <aside ?data-open=${this.open} @click=${this.#close}>
        <a class="brand" href="/">${mark}<span>Streamgauge</span></a>
        <nav aria-label="Main">
          ${this.#link('overview', 'Overview', icons.overview, hrefOf({ page: 'overview' }))}
          ${tenant ? this.#link('tenant', 'Tenant', icons.tenant, hrefOf({ page: 'tenant', tenant })) : nothing}
          ${tenant ? this.#link('agents', 'Agents', icons.agents, hrefOf({ page: 'agents', ...this.#about(tenant) })) : nothing}
          ${tenant ? this.#alertLinks(tenant) : nothing}
          ${
            tenant
              ? this.#link(
                  'settings',
                  'Settings',
                  icons.settings,
                  hrefOf({ page: 'settings', ...this.#about(tenant) }),
                )
              : nothing
          }
        </nav>
        ${session.tenants.length > 1 ? this.#tenants(session.tenants) : nothing}
        <span class="grow"></span>
        <div class="tools">
          <button class="quiet" @click=${this.#toggleTheme} title="Change between dark and light">
            ${this.theme === 'dark' ? icons.sun : icons.moon}<span>${this.theme === 'dark' ? 'Light' : 'Dark'} theme</span>
          </button>
          <button class="quiet" @click=${() => this.dispatchEvent(new CustomEvent('sg-sign-out', { bubbles: true, composed: true }))}>
            ${icons.out}<span>Sign out</span>
          </button>
        </div>
        <p class="credit">
          Charts by
          <a href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">TradingView</a>
          <span title="TradingView Lightweight Charts™ Copyright © TradingView, Inc.">Lightweight Charts™</span>
        </p>
      </aside>
      <div class="top">
        <button class="quiet" aria-label=${this.open ? 'Close the menu' : 'Open the menu'} aria-expanded=${this.open} @click=${this.#toggle}>
          ${this.open ? icons.close : icons.menu}
        </button>
        <a class="brand" href="/">${mark}<span>Streamgauge</span></a>
      </div>
      <main id="main" tabindex="-1"><slot></slot></main>
      <sg-strip
        .tenant=${tenant}
        .agent=${this.#subject.agent}
        .version=${session.version}
      ></sg-strip>
      <p class="heard" role="status" aria-live="polite">${this.said}</p>
    `
  }

  #link(page: Route['page'], text: string, icon: unknown, href: string, badge: unknown = nothing) {
    return html`<a href=${href} aria-current=${this.route.page === page ? 'page' : nothing}>${icon}<span>${text}</span>${badge}</a>`
  }

  #alertLinks(tenant: string) {
    const about = this.#about(tenant)
    const badge =
      this.#firing > 0 ? html`<b class="badge mono" title="firing now">${this.#firing}</b>` : nothing
    return html`${this.#link('alerts', 'Alerts', icons.alerts, hrefOf({ page: 'alerts', ...about }), badge)}
    ${this.#link('rules', 'Rules', icons.rules, hrefOf({ page: 'rules', ...about }))}`
  }

  get #firing(): number {
    return this.#alerts.book.firing?.length ?? 0
  }

  /** What the page has a stream of: the frame shares it. */
  get #subject(): FeedSubject {
    const agent = this.route.page === 'tenant' ? this.route.agent : undefined
    return { ...(this.tenant && { tenant: this.tenant }), ...(agent && { agent }) }
  }

  #tenants(names: readonly string[]) {
    return html`<div class="group" id="tenants">Tenants</div>
      <nav class="tenants" aria-labelledby="tenants">
        ${names.map(
          (name) =>
            html`<a
              href=${hrefOf({ page: 'tenant', tenant: name })}
              aria-current=${this.route.page === 'tenant' && name === this.tenant ? 'true' : nothing}
              title=${name}
              ><i aria-hidden="true"></i><span>${name}</span></a
            >`,
        )}
      </nav>`
  }

  /** The tenant is named in addresses only where there is a choice. */
  #about(tenant: string): { tenant?: string } {
    return this.session.tenants.length > 1 ? { tenant } : {}
  }

  #toggle(): void {
    this.open = !this.open
  }

  #close(event: Event): void {
    if (event.composedPath().some((node) => node instanceof HTMLAnchorElement)) this.open = false
  }

  #skip(): void {
    this.renderRoot.querySelector<HTMLElement>('#main')?.focus()
  }

  #toggleTheme(): void {
    this.theme = toggleTheme()
  }
}

const titles: Record<Route['page'], string> = {
  overview: 'Overview',
  tenant: 'Tenant',
  agents: 'Agents',
  alerts: 'Alerts',
  rules: 'Rules',
  settings: 'Settings',
  'sign-in': 'Sign in',
  missing: 'Not found',
}

customElements.define('sg-shell', SgShell)
