import type { Command, Input } from './command.ts'
import { required } from './services.ts'

export const signInCommands: Readonly<Record<string, Command>> = {
  'sign-in': { options: { tenant: { type: 'string' } }, run: signIn },
}

async function signIn({ values }: Input): Promise<void> {
  const url = required('PUBLIC_URL', 'http://127.0.0.1:8080')
  const token = required('OPERATOR_TOKEN', 'sg_…')
  const response = await fetch(`${url}/api/v1/sign-in-links`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(values.tenant === undefined ? {} : { tenant: values.tenant }),
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    throw new Error(`${url} does not answer: is "npm start" running?`, { cause: error })
  })
  const answer = (await response.json()) as { url?: string; detail?: string }
  if (!response.ok || !answer.url) throw new Error(answer.detail ?? `${url} answered ${response.status}.`)
  console.log(answer.url)
}
