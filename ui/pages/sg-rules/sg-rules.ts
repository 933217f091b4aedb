import { ContextConsumer } from '@lit/context'
import type { AlertRuleBody } from '@streamgauge/core/alert-rule.ts'
import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ChannelItem, RuleItem } from '../../api/alert-types.ts'
import { explain } from '../../api/client.ts'
import type { Listing, SeriesItem } from '../../api/types.ts'
import { AlertsController } from '../../app/alerts-controller.ts'
import { accessContext } from '../../app/contexts.ts'
import { PollController } from '../../app/poll-controller.ts'
import { icons } from '../../elements/icons.ts'
import '../../elements/sg-alert-state/sg-alert-state.ts'
import type { SgConfirm } from '../../elements/sg-confirm/sg-confirm.ts'
import '../../elements/sg-confirm/sg-confirm.ts'
import type { SgRuleForm } from '../../elements/sg-rule-form/sg-rule-form.ts'
import '../../elements/sg-rule-form/sg-rule-form.ts'
import { hrefOf } from '../../model/route.ts'
import { ruleText } from '../../model/rule-text.ts'
import { base, controls, page } from '../../styles/shared.ts'
import { styles } from './sg-rules.styles.ts'

const listMs = 15_000
const namesMs = 60_000

/** The alert rules of a tenant, each in plain words: made, changed, switched and deleted here. */
export class SgRules extends LitElement {
  static override styles = [base, controls, page, styles]
  static override properties = { tenant: {}, problem: { state: true } }
  declare tenant: string
  declare private problem: string | undefined
  readonly #access = new ContextConsumer(this, { context: accessContext, subscribe: true })
  readonly #alerts = new AlertsController(this, () => ({ tenant: this.tenant }))
  readonly #rules = new PollController(this, listMs, (signal) => this.#get<RuleItem>('alert-rules', signal))
  readonly #channels = new PollController(this, listMs, (signal) =>
    this.#get<ChannelItem>('channels', signal),
  )
  readonly #series = new PollController(this, namesMs, (signal) => this.#get<SeriesItem>('series', signal))

  constructor() {
    super()
    this.problem = undefined
  }

  protected override render() {
    const rules = this.#rules.value
    const series = this.#series.value ?? []
    const error = this.problem ?? (this.#rules.error && `${this.#rules.error} It is tried again by itself.`)
    return html`
      <div class="head">
        <h1>Rules</h1>
        <span class="muted">${rules?.length ? `${rules.filter(({ enabled }) => enabled).length} of ${rules.length} enabled` : ''}</span>
        <span class="grow"></span>
        ${this.#manages && rules?.length !== 0 ? this.#newButton() : nothing}
      </div>
      ${error ? html`<div class="notice bad" role="alert">${icons.warn}<span>${error}</span></div>` : nothing}
      <section class="card">
        ${
          rules === undefined
            ? html`<p class="none muted" aria-busy="true">Reading the rules</p>`
            : rules.length === 0
              ? this.#empty()
              : html`<ul aria-label="Rules">
                  ${repeat(
                    rules,
                    ({ id }) => id,
                    (rule) => this.#row(rule),
                  )}
                </ul>`
        }
      </section>
      <sg-rule-form
        .metrics=${names(series.map(({ metric_name }) => metric_name))}
        .agents=${names(series.map(({ agent_id }) => agent_id))}
        .channels=${this.#channels.value ?? []}
        .save=${this.#save}
      ></sg-rule-form>
      <sg-confirm></sg-confirm>
    `
  }

  #newButton() {
    return html`<button class="primary" @click=${() => this.#edit(undefined)}>${icons.add}New rule</button>`
  }

  #empty() {
    return html`<div class="none">
      <h2>No rules yet</h2>
      <p class="muted">
        A rule says when a metric is wrong: cpu.percent above 90 for 10 s, say.
        ${this.#manages ? '' : 'Whoever manages this tenant can make one.'}
      </p>
      ${this.#manages ? this.#newButton() : nothing}
    </div>`
  }

  #row(rule: RuleItem) {
    const { id, name, enabled, severity, channels } = rule
    const firing = this.#alerts.book.firing?.filter(({ rule_id }) => rule_id === id).length ?? 0
    const known = this.#channels.value ?? []
    const told = channels.map(
      (channel) => known.find((one) => one.id === channel)?.name ?? `channel ${channel}`,
    )
    return html`<li ?data-off=${!enabled} data-rule=${id}>
      ${
        this.#manages
          ? html`<button
              class="switch"
              role="switch"
              aria-checked=${enabled}
              aria-label=${`${name} is enabled`}
              @click=${() => this.#switch(rule)}
            ></button>`
          : html`<span class="muted off">${enabled ? 'on' : 'off'}</span>`
      }
      <div class="what">
        <h2>${name}<em class=${severity}>${severity}</em></h2>
        <p>${ruleText(rule)}${told.length > 0 ? `; tells ${told.join(', ')}` : ''}</p>
      </div>
      <span class="now">
        ${
          firing > 0
            ? html`<a href=${hrefOf({ page: 'alerts', ...this.#about, rule: id })}
                ><sg-alert-state .state=${'FIRING'} .word=${`${firing} firing`}></sg-alert-state
              ></a>`
            : nothing
        }
      </span>
      <span class="tools">
        ${
          this.#manages
            ? html`<button class="quiet" title="Change" aria-label=${`Change ${name}`} @click=${() => this.#edit(rule)}>
                  ${icons.edit}
                </button>
                <button class="quiet" title="Delete" aria-label=${`Delete ${name}`} @click=${() => this.#delete(rule)}>
                  ${icons.trash}
                </button>`
            : nothing
        }
      </span>
    </li>`
  }

  get #manages(): boolean {
    return this.#access.value?.session.scopes.some((s) => s === 'manage' || s === 'operator') ?? false
  }

  get #about(): { tenant?: string } {
    return (this.#access.value?.session.tenants.length ?? 0) > 1 ? { tenant: this.tenant } : {}
  }

  #edit(rule: RuleItem | undefined): void {
    void this.renderRoot.querySelector<SgRuleForm>('sg-rule-form')?.show(rule)
  }

  async #switch(rule: RuleItem): Promise<void> {
    this.problem = undefined
    try {
      await this.#access.value?.api.put(`${this.#path('alert-rules')}/${rule.id}`, {
        ...rule,
        enabled: !rule.enabled,
      })
    } catch (error) {
      this.problem = explain(error)
    }
    await this.#rules.now()
  }

  #save = async (body: AlertRuleBody, id: number | undefined): Promise<void> => {
    const path = this.#path('alert-rules')
    try {
      if (id === undefined) await this.#access.value?.api.post(path, body)
      else await this.#access.value?.api.put(`${path}/${id}`, body)
    } finally {
      // Where somebody else was faster, the list must show theirs.
      await this.#rules.now()
    }
  }

  #delete({ id, name }: RuleItem): void {
    void this.renderRoot.querySelector<SgConfirm>('sg-confirm')?.ask({
      title: `Delete ${name}?`,
      text: 'What it has found so far stays in the history. Whatever it fires for now ends at once.',
      action: 'Delete rule',
      run: async () => {
        await this.#access.value?.api.delete(`${this.#path('alert-rules')}/${id}`)
        await this.#rules.now()
      },
    })
  }

  #path(list: string): string {
    return `/api/v1/tenants/${encodeURIComponent(this.tenant)}/${list}`
  }

  #get<T>(list: string, signal: AbortSignal): Promise<readonly T[]> | undefined {
    return this.#access.value?.api
      .get<Listing<T>>(`${this.#path(list)}?limit=1000`, signal)
      .then(({ items }) => items)
  }
}

function names(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))].sort()
}

customElements.define('sg-rules', SgRules)
