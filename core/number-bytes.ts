const minus = 0x2d
const dot = 0x2e
const zero = 0x30

/** What a number takes at most: a sign, `0.00000` and 17 digits, such as -0.0000036360144204107557. */
export const numberBytes = 25

/**
 * Writes a finite number as `String` would, from `from` on; answers where it ends. Most values of metrics have few
 * decimals: those are written digit by digit, without a string in between.
 */
export function writeNumber(out: Uint8Array, number: number, from: number): number {
  let at = from
  let value = number
  if (value < 0) {
    out[at++] = minus
    value = -value
  }
  if (value < 1e15) {
    const whole = Math.trunc(value)
    if (whole === value) return writeWhole(out, whole, at)
    if (value < 1e9) {
      // k / 1000 is rounded as the text of that number is when it is read, so equal means the same double.
      const thousandths = Math.round(value * 1000)
      if (thousandths / 1000 === value) return writeThousandths(out, thousandths, at)
    }
  }
  const text = String(value)
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i)
  return at
}

function writeThousandths(out: Uint8Array, thousandths: number, from: number): number {
  const whole = Math.trunc(thousandths / 1000)
  const rest = thousandths - whole * 1000
  let at = writeWhole(out, whole, from)
  out[at++] = dot
  out[at++] = zero + ((rest / 100) | 0)
  if (rest % 100 === 0) return at
  out[at++] = zero + (((rest / 10) | 0) % 10)
  if (rest % 10 === 0) return at
  out[at++] = zero + (rest % 10)
  return at
}

/** A whole number from 0 to 10^15, in two halves that the processor divides as integers. */
function writeWhole(out: Uint8Array, number: number, from: number): number {
  if (number < 1e9) return writeDigits(out, number | 0, from, 1)
  const high = Math.trunc(number / 1e9)
  return writeDigits(out, (number - high * 1e9) | 0, writeDigits(out, high, from, 1), 9)
}

function writeDigits(out: Uint8Array, number: number, from: number, atLeast: number): number {
  let width = atLeast
  while (width < 10 && number >= powers[width]) width++
  let rest = number
  for (let at = from + width - 1; at >= from; at--) {
    const next = (rest / 10) | 0
    out[at] = zero + rest - next * 10
    rest = next
  }
  return from + width
}

const powers = Array.from({ length: 10 }, (_, exponent) => 10 ** exponent)
