import { html, LitElement, nothing, type TemplateResult } from 'lit'
import { themeTokens } from '../charts/chart-theme.ts'
import { onTick } from '../elements/ticker.ts'
import type { PanelState } from '../model/panel-state.ts'
import { Pulse } from '../model/pulse.ts'
import type { Drawable } from '../model/scheduler.ts'
import type { TenantFeed } from '../model/tenant-feed.ts'
import { type Trouble, troubleOf } from '../model/trouble.ts'
import '../elements/sg-chip/sg-chip.ts'
import { base } from '../styles/shared.ts'
import { blockedHint, onBlocked } from './blocked.ts'
import { type Gauge, gaugeOf, scheduler } from './gauge.ts'
import { pageFont, pageTheme } from './page-theme.ts'
import { styles } from './widget.styles.ts'

/** Where this module came from. */
const home = new URL(import.meta.url).origin

/**
 * What all widgets have in common: the attributes that say whose data they show, the feed it comes by, theme and font of
 * the page around, and how they say what is wrong.
 */
export abstract class Widget extends LitElement implements Drawable {
  static override styles = [base, styles]
  static override properties = {
    src: {},
    tenant: {},
    token: {},
    metric: {},
    agent: {},
    theme: {},
    label: {},
  }
  /** Address of the gateway; where this module came from when left out. */
  declare src: string | null
  declare tenant: string | null
  /** One of the scope publish; without one the session of the gateway's own pages is used. */
  declare token: string | null
  declare metric: string | null
  declare agent: string | null
  /** `dark` or `light`; the page's when left out. */
  declare theme: string | null
  /** What stands on the widget instead of the name of what it shows. */
  declare label: string | null
  protected gauge: Gauge | undefined
  protected feed: TenantFeed | undefined
  /** How long what it shows took to be on the screen. */
  protected pulse = new Pulse()
  /** Attributes that it can't do without. */
  protected readonly needed: readonly ('tenant' | 'metric')[] = ['tenant']
  #linked = ''
  #unlink: (() => void) | undefined
  #unwatch: (() => void)[] = []
  #font: CSSStyleSheet | undefined
  #look = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.#unwatch = [onTick(() => this.ticked()), onBlocked(() => this.requestUpdate())]
    this.#dress()
    this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const stop of this.#unwatch) stop()
    this.#unwatch = []
    this.#letGo()
  }

  /** Called with the feed as soon as there is one, and again with every other; returns what ends it. */
  protected abstract linked(feed: TenantFeed): () => void

  /** Four times a second. */
  protected ticked(): void {
    this.#dress()
  }

  /** Points that the server took at `received`, epoch ms, change what it shows: it is drawn in its turn. */
  protected heard(received: number): void {
    this.pulse.arrived(received, !document.hidden)
    scheduler().request(this)
  }

  /** Called by the drawing order of the page. */
  draw(): void {
    this.requestUpdate()
  }

  /** Colours have changed. */
  protected restyled(): void {}

  protected override willUpdate(): void {
    const link = JSON.stringify([this.misuse ?? '', this.base, this.token, ...this.subject()])
    if (link === this.#linked || !this.isConnected) return
    this.#letGo()
    this.#linked = link
    if (this.misuse !== undefined || !this.tenant) return
    this.gauge = gaugeOf({ base: this.base, token: this.token ?? undefined })
    const { feed, release } = this.gauge.hub.acquire(this.tenant)
    this.feed = feed
    const unlisten = feed.listen({ changed: () => this.requestUpdate() })
    this.pulse = new Pulse()
    scheduler().add(this)
    const end = this.linked(feed)
    this.#unlink = () => {
      scheduler().remove(this)
      end()
      unlisten()
      release()
    }
  }

  protected override updated(): void {
    // the next frame shows what has just been written
    requestAnimationFrame(() => {
      if (this.feed && this.pulse.painted(this.feed.clock.now()) !== undefined) this.requestUpdate()
    })
  }

  /** What it is about: another subject begins anew. */
  protected subject(): readonly unknown[] {
    return [this.tenant, this.metric, this.agent]
  }

  protected get base(): string {
    const src = this.src ?? home
    if (!URL.canParse(src, document.baseURI)) return ''
    return new URL(src, document.baseURI).href.replace(/\/+$/, '')
  }

  /** What the author of the page has to put right. */
  protected get misuse(): string | undefined {
    const missing = this.needed.find((name) => !this[name])
    if (missing) return `This <${this.localName}> has no attribute ${missing}.`
    return /^https?:/.test(this.base) ? undefined : `The attribute src is no address: ${this.src}`
  }

  /** Why the gateway can't be reached, where this page knows. */
  protected get hint(): string | undefined {
    return this.base ? blockedHint(this.base) : undefined
  }

  protected get trouble(): Trouble | undefined {
    return this.feed && troubleOf(this.feed.stream, this.hint)
  }

  protected get path(): string {
    return `/api/v1/tenants/${encodeURIComponent(this.tenant ?? '')}`
  }

  /** The panel around what a widget shows; what is wrong comes before it, or in its place. */
  protected panel(title: string, state: PanelState, body: TemplateResult | undefined) {
    const misuse = this.misuse
    const shown: PanelState = misuse ? { kind: 'error', text: 'NOT SET UP' } : state
    const trouble: Trouble | undefined = misuse ? { what: misuse, next: '' } : this.trouble
    const waiting = !trouble && !body
    const heading = this.label ?? title
    return html`<section part="panel" data-kind=${shown.kind} aria-label=${heading} aria-busy=${waiting}>
      <header part="head">
        <h2 part="title">${heading}</h2>
        <sg-chip part="chip" .state=${shown}></sg-chip>
      </header>
      ${
        trouble && (shown.kind !== 'reconnecting' || !body)
          ? html`<div class="message" part="message" role="status">
              <p>${trouble.what}</p>
              <p class="muted">${trouble.next}</p>
            </div>`
          : nothing
      }
      ${body ?? nothing} ${waiting ? html`<div class="skeleton" aria-hidden="true"></div>` : nothing}
    </section>`
  }

  #letGo(): void {
    this.#unlink?.()
    this.#unlink = undefined
    this.#linked = ''
    this.feed = undefined
    this.gauge = undefined
  }

  /** Takes over theme and font of the page, and notices when they change. */
  #dress(): void {
    const theme = this.theme === 'dark' || this.theme === 'light' ? this.theme : pageTheme(this)
    const font = pageFont(this)
    const own = getComputedStyle(this)
    const look = [theme, font, ...themeTokens.map((name) => own.getPropertyValue(`--sg-${name}`))].join()
    if (look === this.#look) return
    this.#look = look
    this.dataset.theme = theme
    // rules of the page about the element itself come before these
    if (!this.#font) {
      this.#font = new CSSStyleSheet()
      this.shadowRoot?.adoptedStyleSheets.push(this.#font)
    }
    this.#font.replaceSync(`:host { --sg-sans: ${font}; --sg-font: 400 13px / 20px var(--sg-sans); }`)
    this.restyled()
  }
}
