import { answer } from '../child.ts'

/** A Node process that waits, and nothing else. */
answer(() => undefined)
