import type { Batch } from '@streamgauge/core/batch.ts'
import type { Tenant } from '../installation.ts'
import { dial, streamRequest } from './http.ts'

const pointsEvent = 'event: points\n'

/** An open stream whose batches are handed on as they come. */
export interface StreamReader extends Disposable {
  /** Resolves when the stream has named where it starts. */
  readonly opened: Promise<void>
}

/** `onBatch` gets each batch with the time it was read at, ms of `performance.now()`. */
export async function openStream(
  url: string,
  tenant: Pick<Tenant, 'name' | 'read'>,
  query: string,
  onBatch: (batch: Batch, at: number) => void,
): Promise<StreamReader> {
  const socket = await dial(url)
  const opened = Promise.withResolvers<void>()
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('error', opened.reject)
  socket.on('close', () => opened.reject(new Error('the stream was closed')))
  socket.on('data', (text: string) => {
    const at = performance.now()
    if (rest === '' && text.startsWith('HTTP/1.1 ') && !text.startsWith('HTTP/1.1 200'))
      opened.reject(new Error(text))
    // Chunk sizes of the transfer stand on lines of their own; fields begin with their name.
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (!block.includes(pointsEvent)) {
        if (/^id: /m.test(block)) opened.resolve()
        continue
      }
      const data = /^data: (.*)$/m.exec(block)
      if (data) onBatch(JSON.parse(data[1]), at)
    }
  })
  socket.write(streamRequest(tenant.read, tenant.name, query))
  opened.promise.catch(() => undefined)
  return { opened: opened.promise, [Symbol.dispose]: () => void socket.destroy() }
}
