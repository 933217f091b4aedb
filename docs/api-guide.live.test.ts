import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { startWhole, type Whole } from '@streamgauge/bench/whole.ts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { guideWith, type OpenapiDocument } from './addresses.ts'
import { type Answer, difference, plain, readGuide, type Step } from './guide.ts'

interface Described {
  readonly requestBody?: { readonly content: Contents }
  readonly responses: Readonly<Record<string, { readonly content?: Contents }>>
}
type Contents = Readonly<Record<string, { readonly schema: object }>>
type Document = OpenapiDocument & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

/** What a command did: its method and address as curl made them, and the answer. */
interface Done {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly text: string
}

const steps = readGuide(readFileSync(new URL('api-guide.md', import.meta.url), 'utf8'))
// A step is repeated until its answer is there: what was sent takes a moment, on a busy machine a long one.
const patienceMs = 60_000
const ajv = new Ajv2020({ strict: false, validateFormats: false })

let whole: Whole
let document: Document
const variables: Record<string, string> = {}
let stream: { readonly child: ChildProcess; text: string } | undefined

before(async () => {
  whole = await startWhole()
  variables.URL = whole.url
  variables.OPERATOR = (await whole.token(null, 'operator')).token
  document = (await (await fetch(`${whole.url}/api/v1/openapi.json`)).json()) as Document
})
after(async () => {
  stream?.child.kill()
  await whole[Symbol.asyncDispose]()
})

test('the guide walks through what it says it does', () => {
  assert.ok(steps.length > 25, `${steps.length} commands`)
  assert.ok(steps.every(({ answer, command }) => answer !== undefined || command.includes('curl -N')))
})

for (const [i, step] of steps.entries()) {
  test(`line ${step.line} runs and answers as it says: ${step.command.split(' -H ')[0]}`, async () => {
    if (!step.answer) {
      stream = await open(step.command)
      return
    }
    const previous = steps[i - 1]
    const done = await until(step, step.answer, previous?.again ? previous : undefined)
    describes(step, step.answer, done)
    const fields = step.answer.text && step.answer.kind === 'json' ? JSON.parse(done.text) : {}
    for (const { field, variable } of step.kept) variables[variable] = String(fields[field])
    if (step.events) await hears(step.events)
  })
}

test('the table of addresses is that of the server (docs/addresses.ts writes it anew)', () => {
  const { current, wanted } = guideWith(document)
  const rows = (page: string) => page.split('\n').filter((line) => line.startsWith('| `'))
  assert.deepEqual(rows(current), rows(wanted))
  assert.ok(rows(wanted).length > 30)
})

test('every address of the OpenAPI document has schemas that a validator understands', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody, responses }] of Object.entries(methods)) {
      for (const { content } of [requestBody, ...Object.values(responses)].filter(
        (one) => one !== undefined,
      )) {
        for (const { schema } of Object.values(content ?? {})) {
          assert.doesNotThrow(() => ajv.compile(schema), `${method} ${path}`)
        }
      }
    }
  }
})

/** Runs a step until it answers as it says; what only reads may be asked again, and what says so sent again. */
async function until(step: Step, answer: Answer, again: Step | undefined): Promise<Done> {
  const end = performance.now() + patienceMs
  for (;;) {
    const done = await run(step.command)
    const wrong = mistake(answer, done)
    if (wrong === undefined) return done
    if (done.method !== 'GET' || performance.now() > end) assert.fail(`${wrong}\n${done.status} ${done.text}`)
    await wait(50)
    if (again) await run(again.command)
  }
}

function mistake({ kind, status, text }: Answer, done: Done): string | undefined {
  if (done.status !== status) return `answered ${done.status}, not ${status}`
  if (text === '') return done.text === '' ? undefined : 'has a body'
  if (kind !== 'json') return done.text.includes(text) ? undefined : `does not contain ${text}`
  return difference(JSON.parse(text), JSON.parse(done.text))
}

async function run(command: string): Promise<Done> {
  const told = `curl() { command curl -sS -w '\\n%{method} %{http_code} %{url_effective}' "$@"; }\n${command}`
  const out = await new Promise<string>((resolve, reject) => {
    execFile(
      'bash',
      ['-c', told],
      { env: { PATH: process.env.PATH, ...variables } },
      (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout)),
    )
  })
  const cut = out.lastIndexOf('\n')
  const [method, status, url] = out.slice(cut + 1).split(' ')
  return { method, status: Number(status), path: new URL(url).pathname, text: out.slice(0, cut) }
}

/** Both the example and the real answer, and what was sent, are as the OpenAPI document describes them. */
function describes(
  { command }: Step,
  { kind, text }: Answer,
  { method, path, status, text: actual }: Done,
): void {
  const [, methods] =
    Object.entries(document.paths).find(([template]) => {
      const pattern = template.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')
      return new RegExp(`^${pattern}$`).test(path)
    }) ?? []
  const operation = methods?.[method.toLowerCase()]
  assert.ok(operation, `${method} ${path} is in the OpenAPI document`)
  const described = operation.responses[status]
  assert.ok(described, `${method} ${path} may answer ${status}`)
  const sent = /-d '([^']*)'/.exec(command)?.[1]
  if (sent !== undefined && status < 400)
    fits(operation.requestBody?.content, JSON.parse(sent), 'what is sent')
  if (kind !== 'json' || text === '') return
  fits(described.content, plain(JSON.parse(text)), 'the example')
  fits(described.content, JSON.parse(actual), 'the answer')
}

function fits(content: Contents | undefined, value: unknown, what: string): void {
  const [described] = Object.values(content ?? {})
  assert.ok(described, `${what} is described`)
  const validate = ajv.compile(described.schema)
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}`)
}

/** Opens a stream and waits until it has begun. */
async function open(command: string): Promise<NonNullable<typeof stream>> {
  const child = spawn('bash', ['-c', `exec ${command}`], { env: { PATH: process.env.PATH, ...variables } })
  const opened = { child, text: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    opened.text += text
  })
  const end = performance.now() + patienceMs
  while (!opened.text.includes('id: ')) {
    assert.ok(performance.now() < end, 'the stream did not begin')
    await wait(20)
  }
  return opened
}

async function hears(example: string): Promise<void> {
  const wanted = JSON.parse(/^data: (.*)$/m.exec(example)?.[1] ?? 'null')
  const kind = /^event: (.*)$/m.exec(example)?.[1]
  const end = performance.now() + patienceMs
  for (;;) {
    const events = (stream?.text ?? '').split('\n\n').filter((event) => event.includes(`event: ${kind}\n`))
    const told = events.map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null'))
    if (told.some((one) => difference(wanted, one) === undefined)) return
    assert.ok(performance.now() < end, `heard ${stream?.text}`)
    await wait(20)
  }
}
