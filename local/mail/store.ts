import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'

/** A mail that arrived, as a person reads it. */
export interface ArrivedMail {
  /** Rises with time. */
  readonly id: string
  /** Epoch ms. */
  readonly received: number
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly message_id: string
  readonly in_reply_to: string | null
  readonly references: readonly string[]
}

/** Mails as files `<id>.eml`, the last `most` of them. */
export interface MailStore {
  /** Keeps a mail; it is on the disk afterwards. */
  add(raw: Buffer): void
  /** The newest first. */
  list(limit: number): Promise<ArrivedMail[]>
}

const most = 1_000
const suffix = '.eml'

export function openMailStore(dir: string): MailStore {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const names = () =>
    readdirSync(dir)
      .filter((name) => name.endsWith(suffix))
      .sort()
  let last = Number.parseInt(names().at(-1) ?? '0', 10)
  return {
    add(raw) {
      last = Math.max(last + 1, Date.now())
      const draft = join(dir, `${last}.draft`)
      writeFileSync(draft, raw, { mode: 0o600, flush: true })
      renameSync(draft, join(dir, `${last}${suffix}`))
      for (const name of names().slice(0, -most)) rmSync(join(dir, name), { force: true })
    },
    list: (limit) =>
      Promise.all(
        names()
          .slice(-limit)
          .reverse()
          .map((name) => read(dir, name)),
      ),
  }
}

async function read(dir: string, name: string): Promise<ArrivedMail> {
  const mail = await simpleParser(readFileSync(join(dir, name)))
  const id = name.slice(0, -suffix.length)
  const to = [mail.to ?? []].flat().map(({ text }) => text)
  return {
    id,
    received: Number(id),
    from: mail.from?.text ?? '',
    to: to.join(', '),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    message_id: mail.messageId ?? '',
    in_reply_to: mail.inReplyTo ?? null,
    references: [mail.references ?? []].flat(),
  }
}
