import type { Batch, SeriesName, Tags } from '@streamgauge/core/batch.ts'
import type { Scope } from '@streamgauge/core/scopes.ts'

/** Who is signed in: `GET /api/v1/session`. */
export interface Session {
  readonly scopes: readonly Scope[]
  /** Null for an operator. */
  readonly tenant: string | null
  readonly tenants: readonly string[]
  readonly version: string
}

/** A page of a list. */
export interface Listing<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export interface TenantItem {
  readonly name: string
}

/** `GET /api/v1/tenants/{tenant}`. */
export interface TenantDetail {
  readonly name: string
  readonly series_count: number
  readonly ingest: {
    readonly points_per_s: number
    readonly lag_ms: number | null
    readonly behind_records: number
    readonly behind_ms: number
  }
  /** Epoch ms. */
  readonly server_time: number
  /** What an operator should see to, one sentence each. */
  readonly warnings: readonly string[]
}

export interface SeriesItem {
  readonly id: number
  readonly metric_name: string
  readonly agent_id: string | null
  readonly tags: Tags
  readonly last: { readonly ts: number; readonly value: number } | null
}

export const agentStatuses = ['online', 'late', 'offline', 'unknown'] as const
export type AgentStatus = (typeof agentStatuses)[number]

/** What changes about an agent while one looks: the data of the stream's `agent` events. */
export interface AgentState {
  readonly agent_id: string
  readonly status: AgentStatus
  /** Why: `lost`, `stopped`, `revoked`, `silent`. */
  readonly reason: string | null
  /** Epoch ms. */
  readonly last_seen: number | null
  readonly interval_ms: number | null
}

/** `GET …/agents`. */
export interface AgentItem extends AgentState {
  /** It has a login at the broker. */
  readonly enrolled?: boolean
  /** Epoch ms. */
  readonly enrolled_at?: number | null
  readonly version?: string | null
  readonly metrics: readonly {
    readonly metric_name: string
    readonly tags: Tags
    readonly last: { readonly ts: number; readonly value: number } | null
  }[]
}

/** `POST …/agents`: the password is told this once. */
export interface Enrolment {
  readonly agent_id: string
  readonly mqtt: { readonly url: string; readonly username: string; readonly password: string }
  /** One line of shell that installs the agent. */
  readonly install: string
}

/** Points, or windows of them with these columns beside; `x` is then the mean. */
export type StoredBatch = Batch &
  Readonly<Partial<Record<'count' | 'sum' | 'min' | 'max' | 'last', readonly number[]>>>

/** `GET …/metrics`: what is stored, and the stream position it was read at. */
export interface History {
  readonly resolution: 'raw' | '1m' | '5m'
  readonly step_ms: number | null
  /** There are more points than were asked for: some are left out, or windows are longer. */
  readonly thinned: boolean
  /** Series that match; the answer holds the first of them. */
  readonly series_total: number
  readonly as_of: string
  readonly batch: StoredBatch
}

export interface TokenItem {
  readonly id: number | string
  readonly label: string
  readonly prefix: string
  readonly scopes: readonly Scope[]
  readonly created_at?: number | null
  readonly expires_at?: number | null
  readonly last_used_at?: number | null
  readonly revoked_at?: number | null
  /** Of the scope publish: what it shows, to which pages, and how many requests a minute. */
  readonly metrics?: readonly string[]
  readonly origins?: readonly string[]
  readonly rate?: number
}

export function seriesName(item: SeriesItem): SeriesName {
  return [item.metric_name, item.agent_id, item.tags]
}
