import { html, LitElement, nothing } from 'lit'
import { onTick } from '../../elements/ticker.ts'
import { formatAge, formatTime } from '../../model/format.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { base } from '../../styles/shared.ts'
import { FeedController } from '../feed-controller.ts'
import { styles } from './sg-strip.styles.ts'

/** The status strip: connection, lag, server time, tenant, version. Always there, always true. */
export class SgStrip extends LitElement {
  static override styles = [base, styles]
  static override properties = { tenant: {}, agent: {}, version: {}, said: { state: true } }
  declare tenant: string | undefined
  /** The agent that the page is about: its stream is the one in use. */
  declare agent: string | undefined
  declare version: string
  declare private said: string
  readonly #feed = new FeedController(this, () => this)
  #stop: (() => void) | undefined
  #kind = ''

  constructor() {
    super()
    this.tenant = undefined
    this.agent = undefined
    this.version = ''
    this.said = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#stop = onTick(() => this.#tick())
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop?.()
  }

  protected override willUpdate(): void {
    const kind = connection(this.#feed.feed).kind
    // only a change of the connection is announced, not every number
    if (this.#kind && kind !== this.#kind) this.said = connection(this.#feed.feed).text
    this.#kind = kind
  }

  protected override render() {
    const feed = this.#feed.feed
    const { kind, text } = connection(feed)
    const behind = feed?.detail?.ingest.behind_ms ?? 0
    const warnings = feed?.detail?.warnings ?? []
    const lag = feed?.lags.percentile(0.5) ?? Number.NaN
    return html`<footer class="strip">
      <span class="item state" data-kind=${kind}><i aria-hidden="true"></i>${text}</span>
      ${
        behind > 1500
          ? html`<span class="item bad" data-role="behind">behind ${formatAge(behind)}</span>`
          : html`<span class="item" title="Median from the server's receipt to the pixel"
              ><span class="word">lag</span><b class="mono">${Number.isNaN(lag) ? '–' : `${Math.round(lag)} ms`}</b></span
            >`
      }
      ${feed?.detailError ? html`<span class="item bad wide" title=${feed.detailError}>status unknown</span>` : nothing}
      ${
        warnings.length > 0
          ? html`<span class="item bad" data-role="warnings" title=${warnings.join('\n')}>storage needs attention</span>`
          : nothing
      }
      <span class="grow"></span>
      <span class="item wide"
        ><span class="word">server</span
        ><b class="mono" id="time">${feed?.detail ? formatTime(feed.clock.now()) : '–'}</b></span
      >
      ${this.tenant ? html`<span class="item"><span class="word">tenant</span><b>${this.tenant}</b></span>` : nothing}
      <span class="item wide mono">v${this.version}</span>
      <span class="heard" role="status" aria-live="polite">${this.said}</span>
    </footer>`
  }

  #tick(): void {
    this.requestUpdate()
  }
}

function connection(feed: TenantFeed | undefined): { kind: string; text: string } {
  if (!feed) return { kind: 'idle', text: 'No tenant' }
  const { stream } = feed
  if (stream.kind === 'open') return { kind: 'open', text: 'Connected' }
  if (stream.kind === 'denied') return { kind: 'bad', text: 'Access denied' }
  if (stream.kind === 'crowded') {
    return {
      kind: 'bad',
      text: `Not live: ${stream.most} live streams are open in this browser, close a tab`,
    }
  }
  return feed.wasOpen ? { kind: 'bad', text: 'Reconnecting' } : { kind: 'wait', text: 'Connecting' }
}

customElements.define('sg-strip', SgStrip)
