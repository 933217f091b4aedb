import { createHash, randomBytes } from 'node:crypto'
import type { RedisStore } from './client.ts'

/** Sign-ins of browsers and the one-time codes that lead to them; both stand for a token, known by its SHA-256. */
export interface SessionStore {
  /** Begins a session and answers its id, a secret for the browser's cookie alone. */
  begin(tokenHash: Buffer): Promise<string>
  /** The token's hash; undefined when there is no such session. Its time starts anew. */
  find(id: string): Promise<Buffer | undefined>
  end(id: string): Promise<void>
  /** A code that begins one session. */
  createCode(tokenHash: Buffer): Promise<{ code: string; expiresAt: number }>
  /** Uses a code up; undefined when it was used, has expired or never was. */
  takeCode(code: string): Promise<Buffer | undefined>
}

export const sessionDefaults = {
  /** A session ends when it was not used for this long, s. */
  sessionSeconds: 12 * 3600,
  codeSeconds: 3600,
}

/** Every method throws `UnavailableError` while Redis is away. Redis knows no secret: keys are hashed ids. */
export function createSessionStore(
  redis: RedisStore,
  { sessionSeconds, codeSeconds } = sessionDefaults,
): SessionStore {
  const read = (hex: string | null) => (hex === null ? undefined : Buffer.from(hex, 'hex'))
  return {
    async begin(tokenHash) {
      const id = newSecret()
      const value = tokenHash.toString('hex')
      await redis.run((client) => client.set(keyOf('session', id), value, 'EX', sessionSeconds))
      return id
    },
    async find(id) {
      return read(await redis.run((client) => client.getex(keyOf('session', id), 'EX', sessionSeconds)))
    },
    async end(id) {
      await redis.run((client) => client.del(keyOf('session', id)))
    },
    async createCode(tokenHash) {
      const code = newSecret()
      const value = tokenHash.toString('hex')
      await redis.run((client) => client.set(keyOf('code', code), value, 'EX', codeSeconds))
      return { code, expiresAt: Date.now() + codeSeconds * 1000 }
    },
    async takeCode(code) {
      return read(await redis.run((client) => client.getdel(keyOf('code', code))))
    },
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A name for a secret that can stand in Redis and in a process's memory. */
export function secretName(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

function keyOf(kind: 'session' | 'code', secret: string): string {
  return `streamgauge:${kind}:${secretName(secret)}`
}
