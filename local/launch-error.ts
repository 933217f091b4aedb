/** What the person at the terminal can mend: one sentence with the remedy, and the last lines of the child that failed. */
export class LaunchError extends Error {
  readonly lastLines: readonly string[]

  constructor(message: string, options: ErrorOptions & { lastLines?: readonly string[] } = {}) {
    super(message, options)
    this.name = 'LaunchError'
    this.lastLines = options.lastLines ?? []
  }
}

/** The error code of a failed system call, such as 'ENOENT'. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
}
