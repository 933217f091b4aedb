import type { Outcome } from '@streamgauge/core/delivery.ts'
import { createTransport } from 'nodemailer'

export interface Mail {
  readonly to: readonly string[]
  /** The same for every try: mailboxes drop a second one, and answers find it. Without angle brackets. */
  readonly id: string
  /** The mail that this one belongs to. */
  readonly inReplyTo: string | null
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface Mailer {
  /** Sends one mail, once, and tells what came of it; it does not throw. */
  send(mail: Mail): Promise<Outcome>
  close(): void
}

const timeoutsMs = {
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  socketTimeout: 8_000,
  dnsTimeout: 5_000,
}
/** For a mail as a whole: a server may say something every few seconds for ever. */
const wholeMs = 60_000

/** `url` as `smtp://user:password@host:port`; `from` is also what ids of mails end with. */
export function openMailer({ url, from }: { url: string; from: string }): Mailer {
  // Nothing that a mail is made of may name a file or an address to fetch.
  const transport = createTransport({ url, disableFileAccess: true, disableUrlAccess: true, ...timeoutsMs })
  const domain = /@([^\s@>]+)>?$/.exec(from)?.[1] ?? 'localhost'
  const reference = (id: string) => `<${id}@${domain}>`
  return {
    async send({ to, id, inReplyTo, subject, text, html }) {
      const cut = new AbortController()
      const timer = setTimeout(() => cut.abort(), wholeMs)
      const thread = inReplyTo === null ? {} : threadHeaders(reference(inReplyTo))
      try {
        const { rejected, response } = await transport.sendMail({
          signal: cut.signal,
          ...{ from, to: [...to], subject, text, html, messageId: reference(id), ...thread },
          // RFC 3834: nobody's absence notice is wanted.
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        const left = rejected.length > 0 ? `Not taken for ${rejected.map(String).join(', ')}.` : null
        return { kind: 'delivered', code: Number.parseInt(response, 10) || null, error: left }
      } catch (error) {
        if (!cut.signal.aborted) return failure(error)
        const late = `The mail server did not take it within ${wholeMs / 1_000} s.`
        return { kind: 'unavailable', code: null, error: late }
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => transport.close(),
  }
}

function threadHeaders(first: string) {
  return { inReplyTo: first, references: [first] }
}

/** Only a recipient or a mail can be refused; whatever else fails, fails for all. */
function failure(error: unknown): Outcome {
  const { code, responseCode, message } = error as Error & { code?: string; responseCode?: number }
  const refused = (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode ?? 0) >= 500
  return { kind: refused ? 'refused' : 'unavailable', code: responseCode ?? null, error: message }
}
