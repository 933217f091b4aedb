/** Why a body that JSON.parse would take is refused, and where. */
export interface JsonFault {
  readonly code: 'JSON_DUPLICATE_KEY' | 'JSON_TOO_DEEP' | 'TOO_MANY_POINTS'
  /** Character of the body at which it shows, from 0. */
  readonly at: number
  readonly detail: string
}

const colon = 0x3a

/**
 * Counts the colons of a body, four bytes at a time. JSON.parse drops all but the last of equal keys without a
 * word; each one dropped leaves a colon here that the parsed value doesn't account for.
 */
export function countColonBytes(bytes: Uint8Array): number {
  let count = 0
  let at = 0
  for (; at < bytes.length && (bytes.byteOffset + at) % 4 !== 0; at++) count += bytes[at] === colon ? 1 : 0
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >> 2)
  let lanes = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ^ 0x3a3a3a3a
    // The high bit of each byte that is zero, which is each byte that was a colon.
    const zeros = ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word) & 0x80808080
    lanes = (lanes + (zeros >>> 7)) | 0
    // Each lane counts to 255 at most.
    if ((i & 127) === 127) {
      count += sumLanes(lanes)
      lanes = 0
    }
  }
  count += sumLanes(lanes)
  for (at += words.length * 4; at < bytes.length; at++) count += bytes[at] === colon ? 1 : 0
  return count
}

function sumLanes(lanes: number): number {
  return (lanes & 255) + ((lanes >>> 8) & 255) + ((lanes >>> 16) & 255) + (lanes >>> 24)
}

/** Opening brackets of a body, those inside texts included: a bound for what JSON.parse would build. */
export function countOpenBytes(bytes: Uint8Array): number {
  let count = 0
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] | 0x20) === 0x7b) count++
  return count
}

/** What `scanJson` lets pass. */
export interface JsonShape {
  readonly depth: number
  /** Arrays and objects together. */
  readonly brackets: number
}

/**
 * Looks for keys named twice, deep nesting and masses of objects, character by character. For text that looks
 * suspicious only: it is several times slower than JSON.parse, which still has to say whether it is JSON at all.
 */
export function scanJson(text: string, max: JsonShape): JsonFault | undefined {
  const open: (Set<string> | null)[] = []
  let brackets = 0
  // True while the next text is a key: after { and after a comma inside an object.
  let atKey = false
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: // [
        if (open.length === max.depth) {
          return {
            code: 'JSON_TOO_DEEP',
            at: i,
            detail: `At character ${i} the nesting exceeds ${max.depth} levels.`,
          }
        }
        if (++brackets > max.brackets) {
          return { code: 'TOO_MANY_POINTS', at: i, detail: `At character ${i} there are too many objects.` }
        }
        atKey = text.charCodeAt(i) === 0x7b
        open.push(atKey ? new Set() : null)
        break
      case 0x7d: // }
      case 0x5d: // ]
        open.pop()
        atKey = false
        break
      case 0x2c: // ,
        atKey = Boolean(open.at(-1))
        break
      case 0x22: {
        const end = endOfText(text, i)
        const keys = open.at(-1)
        if (atKey && keys) {
          const key = decode(text.slice(i, end))
          if (keys.has(key)) {
            const named = key.length > 64 ? `${key.slice(0, 64).toWellFormed()}…` : key.toWellFormed()
            return {
              code: 'JSON_DUPLICATE_KEY',
              at: i,
              detail: `At character ${i} the key ${JSON.stringify(named)} comes a second time in its object.`,
            }
          }
          keys.add(key)
          atKey = false
        }
        i = end - 1
      }
    }
  }
  return undefined
}

/** The index after the closing quote of the text that opens at `start`. */
function endOfText(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c) i++
    else if (code === 0x22) return i + 1
  }
  return text.length
}

/** A key as JSON.parse reads it: "\u0061" is "a". */
function decode(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    return quoted
  }
}
