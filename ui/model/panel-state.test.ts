import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listState, type PanelFacts, panelState } from './panel-state.ts'

const live: PanelFacts = {
  standing: false,
  resolution: 'raw',
  stream: 'open',
  wasOpen: true,
  pausedBehind: undefined,
  loading: false,
  error: undefined,
  hasPoints: true,
  silentMs: 300,
  intervalMs: 1000,
  behindMs: 0,
  lagMs: 41.6,
  drawsPerSecond: 60,
}

test('a panel says what it is', () => {
  const table: [Partial<PanelFacts>, string, string][] = [
    [{}, 'live', 'LIVE · 42 ms'],
    [{ lagMs: Number.NaN }, 'live', 'LIVE'],
    [{ drawsPerSecond: 2.1 }, 'live', 'LIVE · reduced 2 Hz'],
    [{ standing: true, resolution: '5m', stream: 'waiting', pausedBehind: 3 }, 'history', 'HISTORY · 5m'],
    [{ standing: true, loading: true }, 'loading', 'LOADING'],
    [{ standing: true, hasPoints: false }, 'empty', 'NO POINTS'],
    [{ standing: true, error: 'no' }, 'error', 'HISTORY FAILED'],
    [{ pausedBehind: 312 }, 'paused', 'PAUSED · 312 behind'],
    [{ stream: 'waiting' }, 'reconnecting', 'RECONNECTING'],
    [{ stream: 'connecting', wasOpen: false }, 'connecting', 'CONNECTING'],
    [{ stream: 'denied' }, 'denied', 'REFUSED'],
    [{ stream: 'denied', wasOpen: false, error: 'no' }, 'denied', 'REFUSED'],
    [{ stream: 'crowded' }, 'crowded', 'NOT LIVE · too many streams'],
    [{ behindMs: 12_400 }, 'behind', 'BEHIND 12 s'],
    [{ silentMs: 42_000 }, 'stale', 'STALE 42 s'],
    [{ silentMs: 42_000, intervalMs: 60_000 }, 'live', 'LIVE · 42 ms'],
    [{ loading: true, hasPoints: false }, 'loading', 'LOADING'],
    [{ hasPoints: false }, 'empty', 'WAITING'],
    [{ error: 'no' }, 'error', 'HISTORY FAILED'],
    [{ pausedBehind: 0, stream: 'waiting' }, 'paused', 'PAUSED · 0 behind'],
  ]
  for (const [facts, kind, text] of table) assert.deepEqual(panelState({ ...live, ...facts }), { kind, text })
})

test('a list is live however long nothing has changed', () => {
  const table: [Partial<PanelFacts>, string, string][] = [
    [{ silentMs: 3_600_000 }, 'live', 'LIVE · 42 ms'],
    [{ lagMs: Number.NaN }, 'live', 'LIVE'],
    [{ loading: true }, 'loading', 'LOADING'],
    [{ loading: true, error: 'no' }, 'error', 'NOT READ'],
    [{ stream: 'waiting' }, 'reconnecting', 'RECONNECTING'],
    [{ stream: 'denied' }, 'denied', 'REFUSED'],
  ]
  for (const [facts, kind, text] of table) assert.deepEqual(listState({ ...live, ...facts }), { kind, text })
})
