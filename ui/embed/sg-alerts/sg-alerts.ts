import { html } from 'lit'
import { explain } from '../../api/client.ts'
import { define } from '../../elements/define.ts'
import '../../elements/sg-alert-state/sg-alert-state.ts'
import '../../elements/sg-firing/sg-firing.ts'
import { AlertNews } from '../../model/alert-news.ts'
import { listState } from '../../model/panel-state.ts'
import type { TenantFeed } from '../../model/tenant-feed.ts'
import { AlertWatch } from '../alert-watch.ts'
import { Widget } from '../widget.ts'
import { styles } from './sg-alerts.styles.ts'

/** Alerts that are shown one by one; those beyond are counted. */
const most = 20
/** Ages are written anew this often, ms. */
const ageMs = 1000

/** What fires now: `<sg-alerts src tenant token metric? agent? …>`. */
export class SgAlerts extends Widget {
  static override styles = [...Widget.styles, styles]
  #news = new AlertNews()
  /** What was announced last. */
  #said = ''
  #writtenAt = 0
  readonly #alerts = new AlertWatch(this, () => {
    const { gauge, path, metric, agent } = this
    const query = { firing: 'true', limit: '1000', ...(metric && { metric }), ...(agent && { agent }) }
    return gauge && { api: gauge.api, path, query }
  })

  protected override linked(feed: TenantFeed): () => void {
    this.#news = new AlertNews()
    this.#said = ''
    const unlisten = feed.listen({
      points: (_, { received }) => this.heard(received),
    })
    const unfollow = this.#alerts.follow(feed, (transition) => {
      if (this.#shows(transition.series)) this.#news.note(transition)
    })
    return () => {
      unlisten()
      unfollow()
    }
  }

  protected override ticked(): void {
    super.ticked()
    if (performance.now() - this.#writtenAt >= ageMs) this.requestUpdate()
  }

  protected override render() {
    this.#writtenAt = performance.now()
    this.#said = this.#news.tell(performance.now()) ?? this.#said
    const { feed } = this
    const { read, failure } = this.#alerts
    const state = listState({
      stream: feed?.stream.kind ?? 'connecting',
      wasOpen: feed?.wasOpen ?? false,
      loading: !read,
      error: failure === undefined ? undefined : explain(failure),
      lagMs: this.pulse.lagMs,
    })
    return this.panel('Alerts', state, this.#body(failure))
  }

  #body(failure: unknown) {
    const firing = this.#alerts.book.firing?.filter(({ series }) => this.#shows(series))
    if (!firing) {
      return failure === undefined || this.trouble
        ? undefined
        : html`<p class="message" part="message">${explain(failure)}</p>`
    }
    const told = html`<p class="heard" role="status">${this.#said}</p>`
    if (firing.length === 0) {
      return html`<p class="calm" part="empty"><sg-alert-state state="OK" word="Nothing fires"></sg-alert-state></p>
        ${told}`
    }
    return html`<sg-firing
        plain
        part="list"
        .items=${firing}
        .most=${most}
        .now=${this.feed?.clock.now() ?? Date.now()}
      ></sg-firing>
      ${told}`
  }

  #shows([metric, agent]: readonly [string, string | null, unknown]): boolean {
    return (!this.metric || this.metric === metric) && (!this.agent || this.agent === agent)
  }
}

define('sg-alerts', SgAlerts)
