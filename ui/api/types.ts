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
}

export interface SeriesItem {
  readonly id: number
  readonly metric_name: string
  readonly agent_id: string | null
  readonly tags: Tags
  readonly last: { readonly ts: number; readonly value: number } | null
}

export type AgentStatus = 'online' | 'late' | 'offline' | 'unknown'

export interface AgentItem {
  readonly agent_id: string
  readonly status: AgentStatus
  readonly reason: string | null
  /** Epoch ms. */
  readonly last_seen: number | null
  readonly interval_ms: number | null
  readonly metrics: readonly (string | { readonly metric_name: string })[]
}

/** `GET …/metrics`: raw points and the stream position they were read at. */
export interface History {
  readonly resolution: string
  readonly step_ms: number | null
  readonly as_of: string
  readonly batch: Batch
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
}

export function seriesName(item: SeriesItem): SeriesName {
  return [item.metric_name, item.agent_id, item.tags]
}
