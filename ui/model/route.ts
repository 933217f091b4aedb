import { type AlertState, alertStates } from '@streamgauge/core/alert.ts'
import { type AgentStatus, agentStatuses } from '../api/types.ts'
import { type WindowName, windowsMs } from './grid.ts'
import type { Range } from './span.ts'

/** What the address bar holds: everything worth sharing, nothing secret. */
export interface Route {
  readonly page: 'overview' | 'tenant' | 'agents' | 'alerts' | 'rules' | 'settings' | 'sign-in' | 'missing'
  readonly tenant?: string
  readonly agent?: string
  /** The one metric to show large. */
  readonly metric?: string
  readonly window: WindowName
  /** Text that agents are found by. */
  readonly search?: string
  /** Only agents with one of these. */
  readonly statuses?: readonly AgentStatus[]
  /** Column that agents are sorted by; a minus before it turns it round. */
  readonly sort?: string
  /** Only alerts that went into this state. */
  readonly state?: AlertState
  /** Only alerts of the rule with this id. */
  readonly rule?: number
  /** The time to show instead of the window that ends now. */
  readonly range?: Range
}

export const defaultWindow: WindowName = '5m'

export function parseRoute(pathname: string, search: string): Route {
  const query = new URLSearchParams(search)
  const asked = query.get('window')
  const window = asked !== null && Object.hasOwn(windowsMs, asked) ? (asked as WindowName) : defaultWindow
  const agent = query.get('agent')
  const metric = query.get('metric')
  const wanted = query.get('q')
  const sort = query.get('sort')
  const named = query.get('status')?.split(',') ?? []
  const statuses = agentStatuses.filter((status) => named.includes(status))
  const state = alertStates.find((name) => name.toLowerCase() === query.get('state'))
  const rule = Number(query.get('rule') ?? Number.NaN)
  const range = readRange(query.get('from'), query.get('to'))
  const rest = {
    window,
    ...(range && { range }),
    ...(agent && { agent }),
    ...(metric && { metric }),
    ...(wanted && { search: wanted }),
    ...(statuses.length > 0 && { statuses }),
    ...(sort && { sort }),
    ...(state && { state }),
    ...(Number.isSafeInteger(rule) && { rule }),
  }
  const path = pathname.replace(/\/+$/, '')
  const tenant = /^\/t\/([^/]+)$/.exec(path)?.[1]
  if (tenant) return { page: 'tenant', tenant: decodeURIComponent(tenant), ...rest }
  const of = query.get('tenant')
  const about = { ...rest, ...(of && { tenant: of }) }
  if (path === '') return { page: 'overview', ...about }
  if (path === '/agents') return { page: 'agents', ...about }
  if (path === '/alerts') return { page: 'alerts', ...about }
  if (path === '/rules') return { page: 'rules', ...about }
  if (path === '/settings') return { page: 'settings', ...about }
  if (path === '/sign-in') return { page: 'sign-in', ...rest }
  return { page: 'missing', ...rest }
}

/** The address of a route; what is default is left out. */
export function hrefOf(route: Partial<Route> & Pick<Route, 'page'>): string {
  const query = new URLSearchParams()
  if (route.page !== 'tenant' && route.tenant) query.set('tenant', route.tenant)
  if (route.window && route.window !== defaultWindow) query.set('window', route.window)
  if (route.range) {
    query.set('from', String(route.range.from))
    query.set('to', String(route.range.to))
  }
  if (route.agent) query.set('agent', route.agent)
  if (route.metric) query.set('metric', route.metric)
  if (route.search) query.set('q', route.search)
  if (route.sort) query.set('sort', route.sort)
  if (route.state) query.set('state', route.state.toLowerCase())
  if (route.rule !== undefined) query.set('rule', String(route.rule))
  const statuses = route.statuses?.length ? `status=${route.statuses.join(',')}` : ''
  const text = [query.toString(), statuses].filter(Boolean).join('&')
  const paths = {
    overview: '/',
    tenant: `/t/${encodeURIComponent(route.tenant ?? '')}`,
    agents: '/agents',
    alerts: '/alerts',
    rules: '/rules',
    settings: '/settings',
    'sign-in': '/sign-in',
    missing: '/',
  }
  return paths[route.page] + (text && `?${text}`)
}

/** Two times of the address bar, epoch ms; undefined when they are no range. */
function readRange(from: string | null, to: string | null): Range | undefined {
  const range = { from: Number(from ?? Number.NaN), to: Number(to ?? Number.NaN) }
  return Number.isSafeInteger(range.from) && Number.isSafeInteger(range.to) && range.from < range.to
    ? range
    : undefined
}

/** The one-time code of a sign-in link's fragment: `#code=…`. */
export function signInCode(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('code') ?? undefined
}
