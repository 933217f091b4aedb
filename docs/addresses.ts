// Writes the table of addresses of api-guide.md: `curl $URL/api/v1/openapi.json | node docs/addresses.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

const page = new URL('api-guide.md', import.meta.url)
const begin = '<!-- begin addresses -->'
const end = '<!-- end addresses -->'

export interface OpenapiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string }>>>>
}

/** The guide as it is, and with the addresses that the document names. */
export function guideWith(document: OpenapiDocument): { current: string; wanted: string } {
  const current = readFileSync(page, 'utf8')
  const [before, rest] = current.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined) throw new Error('api-guide.md: the marks around its addresses are gone')
  const rows = Object.entries(document.paths)
    .toSorted(byPath)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary = '' }]) => [
        `\`${method.toUpperCase()} ${path}\``,
        summary.replaceAll('|', '\\|'),
      ]),
    )
  const lines = [
    '| address | does |',
    '|---|---|',
    ...rows.map(([address, does]) => `| ${address} | ${does} |`),
  ]
  return { current, wanted: `${before}${begin}\n${lines.join('\n')}\n${end}${after}` }
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

if (import.meta.main) writeFileSync(page, guideWith(JSON.parse(await text(process.stdin))).wanted)
