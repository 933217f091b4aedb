const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** What fixed-width fonts give two cells: East Asian wide letters, and pictures. */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\ufe0f/u

/** Cells of a fixed-width font that a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += cellsOf(segment)
  return width
}

/** The text, or so much of its beginning as fits into `most` cells with an ellipsis. */
export function fitted(text: string, most: number): string {
  if (widthOf(text) <= most) return text
  let kept = ''
  let width = 1
  for (const { segment } of graphemes.segment(text)) {
    width += cellsOf(segment)
    if (width > most) break
    kept += segment
  }
  return `${kept}…`
}

function cellsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1
}
