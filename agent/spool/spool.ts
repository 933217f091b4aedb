import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { nextEpoch } from './epoch.ts'
import {
  applyLines,
  isDone,
  longAgo,
  type Message,
  type Segment,
  sendAgain,
  toRanges,
  undelivered,
} from './ledger.ts'
import { connectedLine, deliveredLine, messageLine, readLines } from './line.ts'
import { replaceDurably } from './replace.ts'

export interface SpoolOptions {
  readonly folder: string
  /** What its files may hold together, bytes. */
  readonly bytes: number
  /** Epoch ms. */
  now(): number
  /** Told once when the disk takes nothing, and when it does again. */
  report(text: string): void
}

/** What waits on disk until the broker has it: written before it is sent, kept with its own epoch and number. */
export interface Spool {
  /** Of this start, above every earlier one. */
  readonly epoch: number
  /** Writes a message and answers it; `write` makes its payload of its number. */
  append(points: number, write: (id: { epoch: number; seq: number }) => string): Message
  /** The payload as it was written; undefined when the file is gone. */
  read(message: Message): Buffer | undefined
  /** Notes, on disk, that its points stand in other messages: it is never sent again. */
  replaced(message: Message): void
  /** Gives up a message that can never be sent. */
  drop(message: Message): void
  /** Notes that the broker has it; on disk with the next message. */
  delivered(message: Message): void
  /** Notes a new connection: what was delivered in the last minute is undelivered again. */
  connected(): void
  /** In the order they were made. */
  undelivered(): Message[]
  counts(): SpoolCounts
  /** Writes what is only noted, and lets go of the files. */
  close(): void
}

export interface SpoolCounts {
  /** Points given up for want of room, since the start. */
  readonly droppedPoints: number
  /** On disk. */
  readonly bytes: number
  readonly waitingMessages: number
}

const segmentName = /^(\d+)-(\d+)\.log$/
const defaults = {
  /** A segment is the unit that is given up: a sixteenth of the cap, and small enough to be read at once. */
  segmentShare: 1 / 16,
  segmentBytes: { least: 64 * 1024, most: 1024 * 1024 },
  /** Then it is closed, so that what was delivered goes. */
  segmentMs: 600_000,
  /** While the disk takes nothing so much is held in memory: segments, messages in each. */
  memory: { segments: 4, messages: 100 },
}

/** Opens a spool and reads what an earlier start left in it. Throws when the folder can't be used. */
export function openSpool({ folder, bytes: cap, now, report }: SpoolOptions): Spool {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const segments: Segment[] = []
  for (const name of readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .sort(bySegment)) {
    const path = join(folder, name)
    const content = readFileSync(path)
    const segment: Segment = { epoch: placeOf(name)[0], path, bytes: content.length, messages: [] }
    segments.push(segment)
    applyLines(segments, segment, readLines(content).lines)
  }
  const epochFile = join(folder, 'epoch')
  const epoch = nextEpoch(
    readIfThere(epochFile),
    segments.map((segment) => segment.epoch),
    now(),
  )
  const { least, most } = defaults.segmentBytes
  const segmentBytes = Math.min(most, Math.max(least, cap * defaults.segmentShare))

  let active: { readonly fd: number; readonly segment: Segment; readonly openedAt: number } | undefined
  let reading: { readonly fd: number; readonly path: string } | undefined
  let noted: Message[] = []
  let seq = 0
  let opened = 0
  let droppedPoints = 0
  let waiting = undelivered(segments).length
  let isWritable = true
  attempt(() => replaceDurably(epochFile, `${epoch}\n`))

  /** Runs what writes; a disk that is full or read-only must not end the agent that would tell of it. */
  function attempt(work: () => void): boolean {
    try {
      work()
      if (!isWritable) report(`the spool in ${folder} takes data again`)
      isWritable = true
      return true
    } catch (error) {
      if (isWritable)
        report(
          `the spool in ${folder} can't be written (${(error as Error).message}): what is measured now is sent, ` +
            'but kept in memory only. Make room or let this user write there.',
        )
      isWritable = false
      closeActive()
      return false
    }
  }

  function write(line: Buffer): Segment {
    if (active !== undefined) {
      const old = active.segment.bytes >= segmentBytes || now() - active.openedAt >= defaults.segmentMs
      if (old) closeActive()
    }
    if (active === undefined) active = begin(line)
    else writeWhole(active.fd, line)
    active.segment.bytes += line.length
    return active.segment
  }

  /** Begins a segment with this line; a disk that does not take it keeps no file. */
  function begin(line: Buffer): NonNullable<typeof active> {
    const path = join(folder, `${epoch}-${opened++}.log`)
    const fd = openSync(path, 'a', 0o600)
    try {
      writeWhole(fd, line)
    } catch (error) {
      closeSync(fd)
      rmSync(path, { force: true })
      throw error
    }
    const segment: Segment = { epoch, path, bytes: 0, messages: [] }
    segments.push(segment)
    return { fd, segment, openedAt: now() }
  }

  function closeActive(): void {
    if (active !== undefined) closeSync(active.fd)
    active = undefined
  }

  function flushNotes(): void {
    if (noted.length === 0) return
    const line = deliveredLine(now(), toRanges(noted))
    noted = []
    attempt(() => write(line))
    while (segments.length > 1 && segments[0] !== active?.segment && isDone(segments[0], now())) remove()
  }

  /** Removes the oldest segment. */
  function remove(): void {
    const [segment] = segments.splice(0, 1)
    if (segment === active?.segment) closeActive()
    for (const message of segment.messages) {
      if (message.deliveredAt === 0) giveUp(message)
    }
    if (segment.path === undefined) return
    if (reading?.path === segment.path) closeReading()
    rmSync(segment.path, { force: true })
  }

  function giveUp(message: Message): void {
    message.dropped = true
    droppedPoints += message.points
    waiting--
  }

  /** Nothing takes it back, as a connection does what was delivered. */
  function end(message: Message): void {
    message.deliveredAt = longAgo
    attempt(() => write(deliveredLine(longAgo, toRanges([message]))))
  }

  function makeRoom(forBytes: number): void {
    while (segments.length > 0 && bytesOnDisk() + forBytes > cap) remove()
  }

  function bytesOnDisk(): number {
    return segments.reduce((sum, { path, bytes }) => sum + (path === undefined ? 0 : bytes), 0)
  }

  function inMemory(): Segment {
    const last = segments.at(-1)
    if (last?.path === undefined && last !== undefined && last.messages.length < defaults.memory.messages)
      return last
    const held = segments.filter(({ path }) => path === undefined)
    if (held.length >= defaults.memory.segments) {
      const index = segments.indexOf(held[0])
      segments.unshift(...segments.splice(index, 1))
      remove()
    }
    const segment: Segment = { epoch, bytes: 0, messages: [] }
    segments.push(segment)
    return segment
  }

  function closeReading(): void {
    if (reading !== undefined) closeSync(reading.fd)
    reading = undefined
  }

  return {
    epoch,
    append(points, toPayload) {
      flushNotes()
      const payload = Buffer.from(toPayload({ epoch, seq }))
      const { line, head } = messageLine(seq, points, payload)
      makeRoom(line.length)
      let segment: Segment | undefined
      attempt(() => {
        segment = write(line)
      })
      const isHeld = segment === undefined
      const place = segment ?? inMemory()
      const message: Message = {
        epoch,
        seq: seq++,
        points,
        segment: place,
        offset: isHeld ? 0 : place.bytes - line.length + head,
        length: payload.length,
        ...(isHeld ? { payload } : {}),
        deliveredAt: 0,
        dropped: false,
      }
      place.messages.push(message)
      waiting++
      return message
    },
    read({ payload, segment: { path }, offset, length }) {
      if (path === undefined) return payload
      try {
        if (reading?.path !== path) {
          closeReading()
          reading = { fd: openSync(path, 'r'), path }
        }
        const content = Buffer.alloc(length)
        return readSync(reading.fd, content, 0, length, offset) === length ? content : undefined
      } catch {
        return undefined
      }
    },
    replaced(message) {
      if (message.dropped || message.deliveredAt !== 0) return
      waiting--
      end(message)
    },
    drop(message) {
      if (message.dropped || message.deliveredAt !== 0) return
      giveUp(message)
      end(message)
    },
    delivered(message) {
      if (message.dropped || message.deliveredAt !== 0) return
      message.deliveredAt = now()
      waiting--
      noted.push(message)
    },
    connected() {
      flushNotes()
      const at = now()
      sendAgain(segments, at)
      waiting = undelivered(segments).length
      attempt(() => write(connectedLine(at)))
    },
    undelivered: () => undelivered(segments),
    counts: () => ({ droppedPoints, bytes: bytesOnDisk(), waitingMessages: waiting }),
    close() {
      flushNotes()
      closeActive()
      closeReading()
    },
  }
}

function writeWhole(fd: number, line: Buffer): void {
  for (let done = 0; done < line.length; ) done += writeSync(fd, line, done)
}

function bySegment(a: string, b: string): number {
  const [one, other] = [placeOf(a), placeOf(b)]
  return one[0] - other[0] || one[1] - other[1]
}

/** The epoch of a segment and its number in it. */
function placeOf(name: string): [number, number] {
  const [, epoch, number] = segmentName.exec(name) ?? []
  return [Number(epoch), Number(number)]
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined // the segments still say which epochs there were
  }
}
