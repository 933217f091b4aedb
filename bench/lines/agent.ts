import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import { buildAgent } from '@streamgauge/local/build.ts'
import { agentProgram } from '@streamgauge/local/roles.ts'
import { startChild } from '../child.ts'
import type { Line } from '../line.ts'
import { poll } from '../poll.ts'
import { cpuSeconds, hasStartedProcesses, residentMB } from '../proc.ts'

const rounds = 3
const seconds = 20
/** Compilers and collectors work on for a while after a start. */
const restMs = 10_000

/** What the agent costs the machine it measures: the bundled program, once a second, to a real broker. */
export const agent: Line = {
  name: 'agent',
  async measure({ installation, say }) {
    await buildAgent()
    const tenant = await installation.tenant('agent')
    const reply = await callApi(`${installation.url}/api/v1/tenants/${tenant.name}/agents`, {
      token: installation.operatorToken,
      method: 'POST',
      body: { agent_id: 'measured' },
    })
    const login = expectStatus(reply, 201).mqtt as Parameters<typeof agentProgram>[1]
    const spool = mkdtempSync(join(tmpdir(), 'streamgauge-bench-agent-'))
    const { command, args, env } = agentProgram(process.env, login, spool)
    const program: ChildProcess = spawn(command, args, { env, stdio: 'inherit' })
    using bare = startChild<object, void>('load/nothing.ts')
    try {
      const pid = program.pid ?? 0
      say('letting it come to rest')
      await sleep(restMs)
      const [cpu, bareCpu, memory]: number[][] = [[], [], []]
      const since = Date.now()
      for (let round = 1; round <= rounds; round++) {
        say(`round ${round} of ${rounds}`)
        const [start, startBare] = [cpuSeconds(pid), cpuSeconds(bare.pid)]
        await sleep(seconds * 1_000)
        cpu.push(((cpuSeconds(pid) - start) / seconds) * 100)
        bareCpu.push(((cpuSeconds(bare.pid) - startBare) / seconds) * 100)
        memory.push(residentMB(pid))
      }
      const stored = async () => {
        const [row] = await installation.database.query<{ looks: number }>(
          `SELECT COUNT(DISTINCT ts) AS looks FROM metrics_raw JOIN series ON series.id = series_id
           WHERE series.tenant_id = ? AND ts >= ?`,
          [tenant.id, since],
        )
        return Number(row.looks) >= rounds * seconds - 1
      }
      // What sends nothing costs nothing.
      await poll(stored)
      return [
        {
          id: 'agent-cpu',
          title: 'Agent, a look a second: CPU of a core',
          unit: '%',
          rounds: cpu,
          ceiling: { what: 'a Node process that does nothing', rounds: bareCpu },
          budget: { most: 0.5 },
        },
        {
          id: 'agent-memory',
          title: 'Agent: resident memory',
          unit: 'MB',
          rounds: memory,
          ceiling: { what: 'a Node process that does nothing', rounds: [residentMB(bare.pid)] },
          budget: { most: 80, of: 'worst' },
        },
        {
          id: 'agent-processes',
          title: 'Agent: processes started (1: one or more)',
          unit: 'processes',
          rounds: [hasStartedProcesses(pid) ? 1 : 0],
          budget: { most: 0, of: 'worst' },
        },
      ]
    } finally {
      program.kill('SIGKILL')
      rmSync(spool, { recursive: true, force: true })
    }
  },
}
