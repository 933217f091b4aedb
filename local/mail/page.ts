import type { ArrivedMail } from './store.ts'

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** A page with what arrived, as text: nothing of a mail becomes part of it. */
export function mailPage(mails: readonly ArrivedMail[]): string {
  const items = mails.map(
    ({ subject, to, received, text }) => `<article>
<h2>${escapeHtml(subject)}</h2>
<p>to ${escapeHtml(to)}, ${new Date(received).toISOString()}</p>
<pre>${escapeHtml(text)}</pre>
</article>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Mails that arrived</title>
<style>
  body { font: 16px/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  article { border-top: 1px solid #8888 }
  h2 { font-size: 1rem; margin-bottom: 0 }
  p { margin: 0 }
  pre { white-space: pre-wrap }
</style>
<h1>Mails that arrived</h1>
${items.length > 0 ? items.join('\n') : '<p>None yet.</p>'}
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character])
}
