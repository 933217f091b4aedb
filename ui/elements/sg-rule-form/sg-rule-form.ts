import type { AlertRuleBody } from '@streamgauge/core/alert-rule.ts'
import { alertOperators, noDataChoices, severities } from '@streamgauge/core/alert-rule.ts'
import { html, LitElement, nothing } from 'lit'
import type { ChannelItem, RuleItem } from '../../api/alert-types.ts'
import { explain } from '../../api/client.ts'
import { emptyFields, fieldsOf, type RuleFields, readForm } from '../../model/rule-form.ts'
import { operatorWords, ruleText } from '../../model/rule-text.ts'
import { base, controls, dialog, page } from '../../styles/shared.ts'
import { icons } from '../icons.ts'
import { styles } from './sg-rule-form.styles.ts'

/** Makes a rule, or with an id changes one. */
export type SaveRule = (body: AlertRuleBody, id: number | undefined) => Promise<void>

const noDataWords = {
  keep: 'changes nothing',
  alert: 'is an alert of its own',
  ok: 'ends the alert',
}

/** The dialog that makes or changes a rule; it says in plain words what the rule will do. */
export class SgRuleForm extends LitElement {
  static override styles = [base, controls, page, dialog, styles]
  static override properties = {
    metrics: { attribute: false },
    agents: { attribute: false },
    channels: { attribute: false },
    save: { attribute: false },
    rule: { state: true },
    fields: { state: true },
    tried: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  /** Names to choose from; others may be typed. */
  declare metrics: readonly string[]
  declare agents: readonly string[]
  declare channels: readonly ChannelItem[]
  declare save: SaveRule
  /** The rule that is changed; undefined for a new one. */
  declare private rule: RuleItem | undefined
  declare private fields: RuleFields
  /** Faults are told once somebody has tried to save. */
  declare private tried: boolean
  declare private problem: string | undefined
  declare private busy: boolean

  constructor() {
    super()
    this.metrics = []
    this.agents = []
    this.channels = []
    this.rule = undefined
    this.fields = emptyFields
    this.tried = false
    this.problem = undefined
    this.busy = false
  }

  /** Opens for a rule that exists, or for a new one. */
  async show(rule: RuleItem | undefined, metric = ''): Promise<void> {
    this.rule = rule
    this.fields = rule ? fieldsOf(rule) : { ...emptyFields, metric_name: metric }
    this.tried = false
    this.problem = undefined
    await this.updateComplete
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const form = readForm(this.fields, this.rule)
    const faults = this.tried && !form.ok ? form.faults : {}
    return html`<dialog aria-labelledby="title">
      <h2 id="title">${this.rule ? `Change ${this.rule.name}` : 'New rule'}</h2>
      <form novalidate @submit=${this.#submit} @input=${this.#typed} @change=${this.#typed}>
        <div class="row">
          ${this.#text('metric_name', 'Metric', 'w6', faults, 'cpu.percent', 'metrics')}
          ${this.#select('operator', 'Is', 'w3', alertOperators, operatorWords)}
          ${this.#text('threshold', 'Threshold', 'w3', faults, '90')}
          ${this.#text('duration', 'For at least', '', faults, '10 s')}
          ${this.#text('agent_id', 'On agent', '', faults, 'every agent', 'agents')}
          ${this.#text('tags', 'With tags', '', faults, 'region=eu')}
          ${this.#text('name', 'Name', 'w6', faults, 'from the condition')}
          ${this.#select('severity', 'Severity', 'w6', severities)}
        </div>
        <details ?open=${Boolean(faults.keep_firing_for ?? faults.clear_threshold)}>
          <summary>More: when it resolves, silence</summary>
          <div class="row">
            ${this.#text('clear_threshold', 'Resolve only beyond', '', faults, 'the threshold')}
            ${this.#text('keep_firing_for', 'Keep firing for', '', faults, '0 s')}
            ${this.#select('no_data', 'Silence', '', noDataChoices, noDataWords)}
          </div>
        </details>
        ${this.#channels(faults.channels)}
        <p class="says ${form.ok ? '' : 'unready'}" aria-live="off">
          ${form.ok ? `Fires when ${ruleText(form.body).replace(form.body.metric_name, `${form.body.metric_name} is`)}.` : 'A metric, a threshold, and the rule is told here in words.'}
        </p>
        ${
          this.problem
            ? html`<div class="notice bad" role="alert">${icons.warn}<span>${this.problem}</span></div>`
            : nothing
        }
        <div class="ends">
          <button type="button" @click=${this.#close}>Cancel</button>
          <button class="primary" ?disabled=${this.busy}>${this.rule ? 'Save rule' : 'Create rule'}</button>
        </div>
      </form>
    </dialog>`
  }

  #text(
    name: Exclude<keyof RuleFields, 'channels'>,
    label: string,
    width: string,
    faults: Readonly<Record<string, string>>,
    placeholder: string,
    list?: 'metrics' | 'agents',
  ) {
    const fault = faults[name]
    return html`<div class="field ${width}">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        .value=${this.fields[name]}
        placeholder=${placeholder}
        list=${list ?? nothing}
        inputmode=${name.includes('threshold') ? 'decimal' : nothing}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        aria-invalid=${fault ? 'true' : nothing}
        aria-describedby=${fault ? `${name}-fault` : nothing}
      />
      ${fault ? html`<p class="fault" id=${`${name}-fault`}>${label} ${fault}</p>` : nothing}
      ${list ? html`<datalist id=${list}>${this[list].map((value) => html`<option value=${value}></option>`)}</datalist>` : nothing}
    </div>`
  }

  #select(
    name: Exclude<keyof RuleFields, 'channels'>,
    label: string,
    width: string,
    values: readonly string[],
    words: Readonly<Record<string, string>> = {},
  ) {
    return html`<div class="field ${width}">
      <label for=${name}>${label}</label>
      <select id=${name} name=${name}>
        ${values.map((value) => html`<option value=${value} ?selected=${this.fields[name] === value}>${words[value] ?? value}</option>`)}
      </select>
    </div>`
  }

  #channels(fault: string | undefined) {
    return html`<fieldset>
      <legend>Tell</legend>
      ${
        this.channels.length === 0
          ? html`<p class="muted">Nobody: there are no channels yet. They are made under Settings.</p>`
          : this.channels.map(
              ({ id, name }) =>
                html`<label
                  ><input type="checkbox" name="channels" value=${id} .checked=${this.fields.channels.includes(id)} />${name}</label
                >`,
            )
      }
      ${fault ? html`<p class="fault">Channels ${fault}</p>` : nothing}
    </fieldset>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #typed(event: Event): void {
    const form = event.currentTarget as HTMLFormElement
    const data = new FormData(form)
    const text = Object.fromEntries([...data].filter(([name]) => name !== 'channels'))
    this.fields = { ...this.fields, ...text, channels: data.getAll('channels').map(Number) }
    this.problem = undefined
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    this.tried = true
    const form = readForm(this.fields, this.rule)
    if (!form.ok) {
      await this.updateComplete
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
      return
    }
    this.busy = true
    try {
      await this.save(form.body, this.rule?.id)
      this.#close()
    } catch (error) {
      this.problem = explain(error)
    } finally {
      this.busy = false
    }
  }
}

customElements.define('sg-rule-form', SgRuleForm)
