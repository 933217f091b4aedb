import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import { startChild } from '../child.ts'
import { type Installation, processNames, type Tenant } from '../installation.ts'
import type { Line } from '../line.ts'
import type { PublisherAnswer, PublisherAsk } from '../load/publisher.ts'
import { poll } from '../poll.ts'
import { cpuSeconds } from '../proc.ts'
import { repeat } from '../rounds.ts'

const rounds = 3
/** Each of a connection and a tenant of its own. */
const publishers = 2
/** Of each publisher in a round; the broker lets a connection have 1,000 under way. */
const shape = { messages: 30_000, atOnce: 500 }
const measured = [...processNames, 'mqtt'] as const
/** What was taken may take so long to be in the log. */
const patienceMs = 60_000

/** Messages a second of a point each, with QoS 1, through Mosquitto and one bridge until they are in the log. */
export const bridge: Line = {
  name: 'bridge',
  async measure({ installation, say }) {
    const logins: Awaited<ReturnType<typeof enrol>>[] = []
    for (let i = 0; i < publishers; i++) logins.push(await enrol(installation))
    const children = logins.map(() => startChild<PublisherAsk, PublisherAnswer>('load/publisher.ts'))
    using cleanup = new DisposableStack()
    for (const child of children) cleanup.use(child)

    /** Points in the log a second, and CPU seconds for a million of them by process, publishers last. */
    async function publish(messages: number): Promise<{ perSecond: number; used: number[] }> {
      const pids = measured.map((name) => installation.pid(name))
      const before = pids.map(cpuSeconds)
      const expected = (await accepted(installation)) + messages * publishers
      const start = performance.now()
      const asks = children.map((child, i) => child.ask({ ...logins[i], messages, atOnce: shape.atOnce }))
      const own = await Promise.all(asks)
      await poll(async () => (await accepted(installation)) >= expected, patienceMs)
      const seconds = (performance.now() - start) / 1_000
      const used = [...pids.map((pid, i) => cpuSeconds(pid) - before[i]), own.reduce((sum, one) => sum + one)]
      const points = messages * publishers
      return { perSecond: points / seconds, used: used.map((each) => (each / points) * 1e6) }
    }

    say('warming up')
    await publish(shape.messages / 3)
    const perSecond: number[] = []
    const perMillion: number[] = []
    let split = ''
    await repeat(rounds, say, async () => {
      const round = await publish(shape.messages)
      perSecond.push(round.perSecond)
      perMillion.push(round.used.slice(0, measured.length).reduce((sum, one) => sum + one))
      const names = [
        ...measured.map((name) => (name === 'mqtt' ? 'mosquitto' : name)),
        'publishers, not counted,',
      ]
      split = names.map((name, i) => `${name} ${round.used[i].toFixed(1)}`).join(', ')
    })
    return [
      {
        id: 'bridge',
        title: 'MQTT, messages of one point through Mosquitto and bridge into the log',
        unit: 'points/s',
        rounds: perSecond,
        note: `CPU s/M points in the last round: ${split}`,
      },
      {
        id: 'bridge-cost',
        title: '— the same, all processes',
        unit: 'CPU s/M points',
        rounds: perMillion,
      },
    ]
  },
}

async function enrol(installation: Installation): Promise<Pick<PublisherAsk, 'url' | 'login' | 'topic'>> {
  const tenant: Tenant = await installation.tenant('bridge')
  const reply = await callApi(`${installation.url}/api/v1/tenants/${tenant.name}/agents`, {
    token: installation.operatorToken,
    method: 'POST',
    body: { agent_id: 'publisher' },
  })
  const { url, username, password } = expectStatus(reply, 201).mqtt as Record<string, string>
  return { url, login: { username, password }, topic: `metrics/${tenant.name}/publisher/load` }
}

/** Points that the bridge has put into the log, as it counts them. */
async function accepted({ url }: Installation): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^streamgauge_mqtt_points_accepted_total (\d+)$/m.exec(text)?.[1] ?? 0)
}
