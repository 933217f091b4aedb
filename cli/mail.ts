import { type Command, count, type Input } from './command.ts'
import { required } from './services.ts'

export const mailCommands: Readonly<Record<string, Command>> = {
  mail: { options: { limit: { type: 'string' } }, run: mail },
}

interface Arrived {
  readonly received: number
  readonly to: string
  readonly subject: string
  readonly text: string
}

const defaultLimit = 10

async function mail({ values }: Input): Promise<void> {
  const limit = count(values, 'limit') ?? defaultLimit
  const page = required('SMTP_PAGE', 'http://127.0.0.1:8025, the page of a running npm start')
  const answer = await fetch(`${page}/messages`)
  if (!answer.ok) throw new Error(`${page} answers ${answer.status}`)
  const { items } = (await answer.json()) as { items: Arrived[] }
  if (items.length === 0) console.log('No mail has arrived.')
  for (const { received, to, subject, text } of items.slice(0, limit))
    console.log(`${new Date(received).toISOString()}  to ${to}\n${subject}\n\n${text}`)
}
