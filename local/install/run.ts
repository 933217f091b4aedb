import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LaunchError } from '../launch-error.ts'

/** Runs a tool to its end and returns its output; throws a LaunchError that says `purpose` when it fails. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: { purpose: string; cwd?: string; env?: NodeJS.ProcessEnv; input?: string },
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  child.stdin.on('error', () => undefined) // it may end without reading
  child.stdin.end(options.input ?? '')
  const failure = await once(child, 'close').then(
    ([code, signal]) => (code === 0 ? undefined : (signal ?? `exit code ${code}`)),
    (error: Error) => error.message,
  )
  const output = Buffer.concat(chunks).toString('utf8')
  if (failure === undefined) return output
  const lastLines = output.trimEnd().split('\n').slice(-20)
  throw new LaunchError(`${options.purpose} failed (${failure}).`, { lastLines })
}
