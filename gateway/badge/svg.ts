import { widthOf } from './width.ts'

/** Grounds that white text is read on, 4.5:1 and more, on light pages and dark ones. */
export const grounds = {
  label: '#3b4650',
  ok: '#1a7f37',
  firing: '#c62828',
  no_data: '#8a5a00',
  quiet: '#57606a',
} as const
export type Ground = Exclude<keyof typeof grounds, 'label'>

export interface Badge {
  readonly label: string
  readonly message: string
  readonly ground: Ground
  /** What a screen reader says and a pointer that rests is shown. */
  readonly title: string
}

const height = 20
const baseline = 14
const fontSize = 11
/** Of a cell of a fixed-width font. `textLength` makes it so in those that differ a little. */
const cell = 6.6
const padding = 7
const family = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

/** A badge as an SVG image: no script, no style, nothing that is loaded. */
export function drawBadge({ label, message, ground, title }: Badge): string {
  const [left, right] = [boxOf(label), boxOf(message)]
  const width = left.width + right.width
  const said = escapeXml(title)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${said}">`,
    `<title>${said}</title>`,
    `<clipPath id="r"><rect width="${width}" height="${height}" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${left.width}" height="${height}" fill="${grounds.label}"/>`,
    `<rect x="${left.width}" width="${right.width}" height="${height}" fill="${grounds[ground]}"/></g>`,
    `<g fill="#fff" font-family="${family}" font-size="${fontSize}" xml:space="preserve" aria-hidden="true">`,
    textAt(padding, left.text, label),
    textAt(left.width + padding, right.text, message),
    '</g></svg>',
  ].join('')
}

function boxOf(text: string): { width: number; text: number } {
  const length = Math.round(widthOf(text) * cell * 10) / 10
  return { width: Math.ceil(length) + 2 * padding, text: length }
}

function textAt(x: number, length: number, text: string): string {
  return `<text x="${x}" y="${baseline}" textLength="${length}">${escapeXml(text)}</text>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** XML has no place for most control characters and for halves of pairs, not even as entities. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character])
}
