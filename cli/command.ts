import type { ParseArgsOptionsConfig } from 'node:util'

/** What stood on the command line behind the name of the command. */
export interface Input {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | string[] | boolean | undefined>>
}

export interface Command {
  readonly options?: ParseArgsOptionsConfig
  run(input: Input): Promise<void>
}

/** A mistake of the person at the keyboard, told without a stack. */
export class UsageError extends Error {}

export function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line)
}

/** A whole number above 0, or null when the option is not there. */
export function count(values: Input['values'], name: string): number | null {
  const text = values[name]
  if (text === undefined) return null
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > 4_000_000_000) {
    throw new UsageError(`--${name} takes a whole number above 0.`)
  }
  return number
}
