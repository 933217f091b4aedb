import type { Line } from './line.ts'
import { accept } from './lines/accept.ts'
import { agent } from './lines/agent.ts'
import { alert } from './lines/alert.ts'
import { bridge } from './lines/bridge.ts'
import { client } from './lines/client.ts'
import { consumer } from './lines/consumer.ts'
import { cost } from './lines/cost.ts'
import { fanOut } from './lines/fan-out.ts'
import { history } from './lines/history.ts'
import { idle } from './lines/idle.ts'
import { latencyBusy, latencyIdle } from './lines/latency.ts'
import { oneTenant, persist } from './lines/persist.ts'
import { pixel } from './lines/pixel.ts'
import { recovery } from './lines/recovery.ts'
import { rollup } from './lines/rollup.ts'
import { rules } from './lines/rules.ts'
import { start } from './lines/start.ts'
import { week } from './lines/week.ts'

/** In their order: what measures rest comes first, what leaves a full table or a new process behind comes last. */
export const lines: readonly Line[] = [
  idle,
  start,
  consumer,
  agent,
  latencyIdle,
  alert,
  pixel,
  week,
  latencyBusy,
  accept,
  client,
  persist,
  oneTenant,
  bridge,
  cost,
  rollup,
  rules,
  fanOut,
  history,
  recovery,
]
