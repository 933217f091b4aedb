export { createClient } from './client.ts'
export { defaults } from './defaults.ts'
export type { Client, ClientOptions, Dropped, Point, Refused, RefusedItem, Retry, Stats } from './types.ts'
