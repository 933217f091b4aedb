import type { AgentRow } from '@streamgauge/adapters/mariadb/agents.ts'

const retryMs = 1_000

export interface Ringer {
  /** Tells of an agent, as often as it takes; what is told of it later takes the place of what wasn't heard. */
  ring(row: AgentRow): void
  close(): void
}

/** Rings until the bell is heard: an enrolment that gateways never learn of would be missing in their lists. */
export function createRinger(tell: (rows: readonly AgentRow[]) => Promise<void>): Ringer {
  const unheard = new Map<string, AgentRow>()
  let timer: NodeJS.Timeout | undefined
  let ringing = false

  async function work(): Promise<void> {
    if (ringing || unheard.size === 0) return
    ringing = true
    clearTimeout(timer)
    const sent = [...unheard]
    try {
      await tell(sent.map(([, row]) => row))
      for (const [key, row] of sent) if (unheard.get(key) === row) unheard.delete(key)
      setImmediate(work)
    } catch {
      timer = setTimeout(work, retryMs).unref()
    } finally {
      ringing = false
    }
  }

  return {
    ring(row) {
      unheard.set(`${row.tenantId}/${row.agentId}`, row)
      void work()
    },
    close() {
      unheard.clear()
      clearTimeout(timer)
    },
  }
}
