import { stripVTControlCharacters } from 'node:util'
import type { Step } from './run-services.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameMs = 100
const titleWidth = 20
/** Steps shorter than this need no time beside them. */
const worthTellingMs = 100

interface Line {
  readonly title: string
  readonly since: number
  text: string
}

export interface Progress {
  /** Begins a step. On a terminal its line moves until it is done; elsewhere each event is a line. */
  step(title: string): Step
  /** Prints a line of its own. */
  print(text: string): void
  /** Leaves the cursor below everything. */
  end(): void
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** Shows what a long start is doing. */
export function createProgress(output: Output, clock: () => number = () => performance.now()): Progress {
  const active: Line[] = []
  let drawn = 0
  let frame = 0
  let timer: NodeJS.Timeout | undefined

  function paint(finished = ''): void {
    if (!output.isTTY) {
      if (finished !== '') output.write(`${stripVTControlCharacters(finished)}\n`)
      return
    }
    const up = drawn > 0 ? `\x1b[${drawn}A` : ''
    const lines = active.map(({ title, text, since }) => {
      const line = `${frames[frame % frames.length]} ${title.padEnd(titleWidth)} ${text} ${elapsed(clock() - since)}`
      return line.slice(0, (output.columns || 80) - 1)
    })
    output.write(
      `${up}\r\x1b[J${finished === '' ? '' : `${finished}\n`}${lines.map((line) => `${line}\n`).join('')}`,
    )
    drawn = lines.length
    if (active.length > 0) timer ??= setInterval(tick, frameMs).unref()
    else stopTimer()
  }

  function tick(): void {
    frame++
    paint()
  }

  function stopTimer(): void {
    clearInterval(timer)
    timer = undefined
  }

  function finish(line: Line, mark: string, text: string): void {
    active.splice(active.indexOf(line), 1)
    paint(`${mark} ${line.title.padEnd(titleWidth)} ${text}`.trimEnd())
  }

  return {
    step(title) {
      const line: Line = { title, since: clock(), text: '' }
      active.push(line)
      paint()
      return {
        say(text) {
          line.text = text
          if (output.isTTY) paint()
          else if (text !== '') paint(`· ${title.padEnd(titleWidth)} ${text}`)
        },
        done: (text = '') => finish(line, green('✔'), `${text} ${dim(elapsed(clock() - line.since))}`.trim()),
        failed: () => finish(line, red('✘'), line.text),
      }
    },
    print: paint,
    end() {
      active.length = 0
      paint()
    },
  }
}

function elapsed(ms: number): string {
  return ms < worthTellingMs ? '' : `${(ms / 1000).toFixed(1)} s`
}

function green(text: string): string {
  return `\x1b[32m${text}\x1b[39m`
}

function red(text: string): string {
  return `\x1b[31m${text}\x1b[39m`
}

function dim(text: string): string {
  return `\x1b[2m${text}\x1b[22m`
}
