const dayMs = 86_400_000
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads RFC 3339 such as `2026-01-31T12:00:00.5+01:00` as epoch ms, finer fractions floored; NaN when it is
 * anything else. The zone is required: a time without one means something else on every machine.
 */
export function parseTimestamp(text: string): number {
  if (text.length < 20 || text.length > 40) return Number.NaN
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 2)
  const day = digits(text, 8, 2)
  const hour = digits(text, 11, 2)
  const minute = digits(text, 14, 2)
  const second = digits(text, 17, 2)
  const separators =
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (text.charCodeAt(10) | 32) === 116 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  // A leap second counts as the second after it, as in every clock that knows none.
  if (!separators || !(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN
  let at = 19
  let ms = 0
  if (text.charCodeAt(at) === 46) {
    const start = ++at
    while (isDigit(text.charCodeAt(at))) at++
    if (at === start) return Number.NaN
    ms = digits(text, start, Math.min(3, at - start)) * 10 ** (3 - Math.min(3, at - start))
  }
  const zone = zoneMs(text, at)
  return daysFromEpoch(year, month, day) * dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + ms - zone
}

/** What `Z` or `±hh:mm` at the very end stands for, ms. */
function zoneMs(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if ((code | 32) === 122 && text.length === at + 1) return 0
  const sign = code === 43 ? 1 : code === 45 ? -1 : Number.NaN
  if (text.length !== at + 6 || text.charCodeAt(at + 3) !== 58) return Number.NaN
  const hours = digits(text, at + 1, 2)
  const minutes = digits(text, at + 4, 2)
  return hours <= 23 && minutes <= 59 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN
}

function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && leap ? 29 : monthDays[month - 1]
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (Hinnant, chrono-compatible date algorithms). */
function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
