import { mkdirSync } from 'node:fs'
import { replaceFile } from '../files.ts'
import { acquire } from '../install/acquire.ts'
import { compose } from './compose.ts'
import { redisCommand } from './resp.ts'
import type { Service } from './service.ts'

const wanted = { title: 'Redis', programs: ['redis-server', 'valkey-server'], packages: ['redis-server'] }

/** Many, because each test takes one of its own. */
export const redisDatabases = 1024

/** Redis: hot state only, so it saves now and then and loses the last minutes when it is killed. */
export const redis: Service = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  async prepare(context) {
    const { home, state, say } = context
    const program = await acquire(wanted, say)
    const port = await state.port('redis')
    const password = state.secret('redis')
    const url = `redis://:${password}@127.0.0.1:${port}/0`
    const ping = (timeoutMs: number) => redisCommand(url, ['PING'], timeoutMs)
    if (program === undefined) {
      const command = ['redis-server', '--requirepass', password, '--databases', String(redisDatabases)]
      const container = { image: 'redis:7.4', command, port: 6379, data: '/data' }
      return compose({ service: redis, url, port, container, packages: wanted.packages, ping }, context)
    }
    mkdirSync(home.path('redis'), { recursive: true, mode: 0o700 })
    const config = home.path('redis.conf')
    replaceFile(config, configuration({ port, password, dir: home.path('redis') }))
    return {
      name: 'redis',
      title: 'Redis',
      url,
      command: program,
      args: [config],
      graceMs: 10_000,
      ping,
      remedy: `If its data is damaged, move ${home.path('redis')} away; it holds nothing that can't be made again.`,
    }
  },
}

function configuration(options: { port: number; password: string; dir: string }): string {
  return `bind 127.0.0.1
port ${options.port}
requirepass ${options.password}
dir "${options.dir}"
save 300 1
appendonly no
databases ${redisDatabases}
maxmemory 256mb
maxmemory-policy volatile-lru
daemonize no
`
}
