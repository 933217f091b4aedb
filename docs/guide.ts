/** One command of a guide with what is said of its answer. */
export interface Step {
  readonly line: number
  readonly command: string
  /** `sh again`: it is repeated while what the next command answers is not so yet. */
  readonly again: boolean
  /** Undefined for a stream, which stays open. */
  readonly answer: Answer | undefined
  /** What comes over the open stream by now. */
  readonly events: string | undefined
  /** Fields of the answer that later commands use as variables. */
  readonly kept: readonly { readonly field: string; readonly variable: string }[]
}

export interface Answer {
  readonly kind: string
  readonly status: number
  readonly text: string
}

/** Reads the commands of a page in their order: `sh` blocks, the blocks below them and what is to be kept. */
export function readGuide(markdown: string): Step[] {
  const steps: Step[] = []
  const block = /^```(\w*)[ ]?(.*)\n([\s\S]*?)^```$/gm
  let end = 0
  const parts: { kind: string; more: string; text: string; at: number; before: string }[] = []
  for (const found of markdown.matchAll(block)) {
    const [whole, kind, more, text] = found
    parts.push({ kind, more, text, at: found.index, before: markdown.slice(end, found.index) })
    end = found.index + whole.length
  }
  const change = (more: Partial<Step>): void => {
    const last = steps.pop()
    if (last) steps.push({ ...last, ...more })
  }
  for (const { kind, more, text, at, before } of parts) {
    const kept = [...before.matchAll(/`(\w+)` as `\$(\w+)`/g)].map(([, field, variable]) => ({
      field,
      variable,
    }))
    if (kept.length > 0) change({ kept })
    if (kind === 'sh') {
      const line = markdown.slice(0, at).split('\n').length
      const again = more === 'again'
      steps.push({ line, command: text.trim(), again, answer: undefined, events: undefined, kept: [] })
    } else if (kind === 'events') change({ events: text })
    else if (kind !== '') change({ answer: { kind, status: Number(more), text: text.trim() } })
  }
  return steps
}

/** Fields whose values are promised, not only what kind they are. */
const literal = new Set(
  [
    'accepted',
    'agent_id',
    'code',
    'field',
    'from',
    'index',
    'label',
    'metric_name',
    'metrics',
    'name',
    'operator',
  ].concat(
    [
      'origins',
      'rate',
      'reason',
      'resolution',
      'rule_name',
      'scopes',
      'severity',
      'status',
      'step_ms',
      'tenant',
    ],
    ['threshold', 'thinned', 'title', 'to', 'type', 'value', 'x'],
  ),
)

/**
 * How an answer differs from its example, or undefined: other fields, other kinds of values, or another value where it
 * is promised. `"…"` stands for more fields or items, null for what may be absent.
 */
export function difference(example: unknown, actual: unknown, path = ''): string | undefined {
  if (Array.isArray(example)) return differenceOfLists(example, actual, path)
  if (typeof example === 'object' && example !== null) return differenceOfObjects(example, actual, path)
  const field =
    path
      .replace(/\[\d+\]/g, '')
      .split('.')
      .at(-1) ?? ''
  if (example === '…' && typeof actual === 'string') return undefined
  if (example === null && !literal.has(field)) return undefined
  if (example === null || literal.has(field)) {
    return example === actual
      ? undefined
      : `${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(example)}`
  }
  return typeof example === typeof actual ? undefined : `${path}: is ${typeof actual}, not ${typeof example}`
}

function differenceOfLists(example: readonly unknown[], actual: unknown, path: string): string | undefined {
  if (!Array.isArray(actual)) return `${path}: is no list`
  const open = example.at(-1) === '…'
  const items = open ? example.slice(0, -1) : example
  if (open ? actual.length < items.length : actual.length !== items.length) {
    return `${path}: has ${actual.length} items, not ${items.length}`
  }
  // Of a list that may be longer nobody knows which item is which.
  const place = (i: number) => (open ? `${path}[${i}].item` : `${path}[${i}]`)
  return items.map((item, i) => difference(item, actual[i], place(i))).find(Boolean)
}

function differenceOfObjects(example: object, actual: unknown, path: string): string | undefined {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return `${path}: is no object`
  const fields = Object.entries(example).filter(([name]) => name !== '…')
  const surplus = Object.keys(actual).find((name) => !(name in example))
  if (surplus !== undefined && !('…' in example)) return `${path}.${surplus}: is not in the example`
  const found = actual as Record<string, unknown>
  return fields
    .map(([name, value]) =>
      name in found ? difference(value, found[name], `${path}.${name}`) : `${path}.${name}: is missing`,
    )
    .find(Boolean)
}

/** An example without what stands for more. */
export function plain(example: unknown): unknown {
  if (Array.isArray(example)) return example.filter((item) => item !== '…').map(plain)
  if (typeof example !== 'object' || example === null) return example
  return Object.fromEntries(
    Object.entries(example)
      .filter(([name]) => name !== '…')
      .map(([name, value]) => [name, plain(value)]),
  )
}
