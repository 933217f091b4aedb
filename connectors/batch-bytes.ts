import type { Batch, SeriesName } from '@streamgauge/core/batch.ts'
import { numberBytes, writeNumber } from '@streamgauge/core/number-bytes.ts'

const comma = 0x2c

let scratch = Buffer.allocUnsafeSlow(256 * 1024)

/**
 * Writes a batch as JSON, the same that JSON.stringify would read back. Three times as fast: most values of metrics
 * have few decimals, and are written digit by digit.
 */
export function writeBatch(batch: Batch): Buffer {
  const { series, s, t, x, ids, ...rest } = batch
  const head = `${JSON.stringify(rest).slice(0, -1)},"series":[${series.map(seriesText).join(',')}]`
  const tail = ids ? `,"ids":${JSON.stringify(ids)}}` : '}'
  const needed = 3 * (head.length + tail.length) + 3 * (numberBytes + 1) * (s.length + 1)
  if (scratch.length < needed) scratch = Buffer.allocUnsafeSlow(2 * needed)
  const out = scratch
  let at = out.write(head, 0)
  at = writeList(out, ',"s":[', s, at)
  at = writeList(out, '],"t":[', t, at)
  at = writeList(out, '],"x":[', x, at)
  out[at++] = 0x5d
  at += out.write(tail, at)
  return Buffer.from(out.subarray(0, at))
}

/** Producers name the same series again and again; the objects that hold their names live as long as they do. */
const seriesTexts = new WeakMap<SeriesName, string>()

function seriesText(name: SeriesName): string {
  let text = seriesTexts.get(name)
  if (text === undefined) {
    text = JSON.stringify(name)
    seriesTexts.set(name, text)
  }
  return text
}

function writeList(out: Buffer, head: string, numbers: readonly number[], from: number): number {
  let at = from + out.write(head, from, 'latin1')
  for (let i = 0; i < numbers.length; i++) {
    at = writeNumber(out, numbers[i], at)
    out[at++] = comma
  }
  return numbers.length > 0 ? at - 1 : at
}
