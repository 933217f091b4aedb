/** One dispatched block of an event stream. `data` is null for a block without data (heads and heartbeats). */
export interface SseEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: string | null
}

/**
 * Splits decoded text into events, whatever the chunk boundaries are (WHATWG HTML §9.2.6).
 * Differs from EventSource in one thing: a block that only has an `id:` is reported too, because heartbeats carry
 * the head of the stream that way.
 */
export class SseParser {
  #line = ''
  #sawCr = false
  #id: string | undefined
  #event = ''
  #data: string[] = []
  /** Milliseconds of the last `retry:` field. */
  retryMs: number | undefined

  push(text: string): SseEvent[] {
    const out: SseEvent[] = []
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      // CR, LF and CRLF all end a line; the LF of a CRLF may come in the next chunk
      const lfOfCrlf = c === 10 && this.#sawCr
      this.#sawCr = c === 13
      if (lfOfCrlf) {
        from = i + 1
      } else if (c === 10 || c === 13) {
        this.#endLine(this.#line + text.slice(from, i), out)
        this.#line = ''
        from = i + 1
      }
    }
    this.#line += text.slice(from)
    return out
  }

  #endLine(line: string, out: SseEvent[]): void {
    if (line === '') {
      if (this.#id !== undefined || this.#data.length > 0) {
        const data = this.#data.length > 0 ? this.#data.join('\n') : null
        out.push({ id: this.#id, event: this.#event || 'message', data })
      }
      this.#id = undefined
      this.#event = ''
      this.#data = []
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#event = value
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value)
  }
}
