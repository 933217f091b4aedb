import assert from 'node:assert/strict'
import { Given, Then, When } from '@cucumber/cucumber'
import { type AgentProcess, makeAgent } from '../support/agent-process.ts'
import { agentRow, openAgentsPage } from '../support/agents-page.ts'
import { panel, readTable, waitLive } from '../support/dashboard.ts'
import { enrol } from '../support/device.ts'
import { until } from '../support/until.ts'
import { ensure, type Scene } from '../support/world.ts'

/** Twice this is when a silent agent is given up. */
const intervalMs = 1000

const processes = new WeakMap<Scene, AgentProcess>()

Given('{int} agents have sent a point', async function (this: Scene, count: number) {
  const points = Array.from({ length: count }, (_, i) => ({
    metric_name: 'cpu.percent',
    agent_id: `agent-${i}`,
    value: i % 100,
  }))
  assert.equal((await this.tenant().post(points)).status, 202)
})

Given(
  'the agents {string} and {string} have sent {string} and {string}',
  async function (this: Scene, one: string, two: string, first: string, second: string) {
    const points = [one, two].flatMap((agent_id, i) =>
      [first, second].map((metric_name) => ({ metric_name, agent_id, value: 10 + i })),
    )
    assert.equal((await this.tenant().post(points)).status, 202)
  },
)

Given('the agent {string} runs on this machine', async function (this: Scene, name: string) {
  const agent = makeAgent(await enrol(this.api, this.tenant(), name), intervalMs)
  processes.set(this, agent)
  this.cleanups.push(() => agent.remove())
  agent.start()
})

When('the agent is {word}', function (this: Scene, what: string) {
  const signals: Record<string, NodeJS.Signals> = {
    killed: 'SIGKILL',
    stopped: 'SIGTERM',
    frozen: 'SIGSTOP',
    thawed: 'SIGCONT',
  }
  ensure(processes.get(this), 'an agent').signal(ensure(signals[what], 'a signal'))
})

When('the agent is started again', function (this: Scene) {
  ensure(processes.get(this), 'an agent').start()
})

Then(
  /^(?:within (\d+) seconds )?the Agents page shows "([^"]+)" as (\w+)(?:, "(\w+)")?$/,
  async function (this: Scene, seconds: string | null, agent: string, status: string, reason: string | null) {
    const since = Date.now()
    const row = agentRow(await openAgentsPage(this), agent)
    const timeout = Number(seconds ?? 10) * 1000
    await row.getByText(status, { exact: true }).waitFor({ timeout })
    if (seconds) process.stdout.write(`\n  ${status} after ${Date.now() - since} ms\n`)
    if (reason) await row.getByText(reason, { exact: true }).waitFor({ timeout })
  },
)

When('its Agents page is open', async function (this: Scene) {
  await openAgentsPage(this)
})

Then(
  /^it lists (\d+) agents(?: and draws only the rows in sight)?$/,
  async function (this: Scene, n: string) {
    const grid = this.page.getByRole('grid', { name: 'Agents' })
    await until(`${n} rows are announced`, 10_000, async () => {
      const rows = Number(await grid.getAttribute('aria-rowcount'))
      return rows - 1 === Number(n) || undefined
    })
    const drawn = await grid.getByRole('row').count()
    assert.ok(drawn > 5 && drawn < 60, `${drawn} rows are drawn`)
  },
)

Then('the keyboard reaches the last of them', async function (this: Scene) {
  const grid = this.page.getByRole('grid', { name: 'Agents' })
  await grid.getByRole('link').first().focus()
  await this.page.keyboard.press('End')
  const last = grid.getByRole('link', { name: 'agent-999', exact: true })
  await until('the last row has the focus', 5_000, async () =>
    (await last.count()) > 0 && (await last.evaluate((link) => link.matches(':focus'))) ? true : undefined,
  )
  assert.equal(await agentRow(this.page, 'agent-999').getAttribute('aria-rowindex'), '1001')
})

When('I look for the agent {string}', async function (this: Scene, text: string) {
  await this.page.getByRole('searchbox', { name: 'Find an agent' }).fill(text)
})

Then('the page is the same after loading it again', async function (this: Scene) {
  const grid = this.page.getByRole('grid', { name: 'Agents' })
  const before = await grid.getAttribute('aria-rowcount')
  await this.page.reload()
  await until('as many rows', 10_000, async () =>
    (await grid.getAttribute('aria-rowcount')) === before ? true : undefined,
  )
})

When('I click {string} on the Agents page', async function (this: Scene, agent: string) {
  const page = await openAgentsPage(this)
  // anywhere in the row
  await agentRow(page, agent).click()
})

Then(
  /^the charts of "([^"]+)" and "([^"]+)" show "([^"]+)" (?:alone|and "([^"]+)")$/,
  async function (this: Scene, first: string, second: string, one: string, other: string | null) {
    const wanted = other ? [one, other] : [one]
    for (const metric of [first, second]) {
      const legend = panel(this.page, metric).locator('.legend .name')
      await until(`${metric} shows ${wanted}`, 10_000, async () => {
        const names = (await legend.allTextContents()).sort()
        return names.join() === wanted.join() || undefined
      })
    }
    assert.equal(new URL(this.page.url()).searchParams.get('agent'), other ? null : one)
  },
)

Then('a new point of both agents moves {string} alone', async function (this: Scene, agent: string) {
  const points = ['web-2', 'web-1'].map((agent_id) => ({ metric_name: 'cpu.percent', agent_id, value: 55 }))
  assert.equal((await this.tenant().post(points)).status, 202)
  const shown = await until('the new point is on the chart', 10_000, async () => {
    const rows = await readTable(this.page, 'cpu.percent')
    return rows.some(({ value }) => value === 55) ? rows : undefined
  })
  assert.deepEqual([...new Set(shown.map(({ series }) => series))], [agent])
})

When('I remove the filter', async function (this: Scene) {
  await this.page.getByRole('button', { name: 'Show all agents' }).click()
})

When('I go back in the browser', async function (this: Scene) {
  await this.page.goBack()
})

Then(
  'a click on {string} leads to a live chart of {string}',
  async function (this: Scene, agent: string, metric: string) {
    await agentRow(this.page, agent).getByRole('link', { name: agent }).click()
    await waitLive(this.page, metric)
  },
)
