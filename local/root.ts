import { dirname } from 'node:path'

/** The checkout this launcher belongs to. */
export const root = dirname(import.meta.dirname)
