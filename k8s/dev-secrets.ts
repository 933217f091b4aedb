// Makes overlays/dev/secrets.env with random secrets, unless it is there: node k8s/dev-secrets.ts [FOLDER]
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2] ?? join(import.meta.dirname, 'overlays', 'dev')
const file = join(folder, 'secrets.env')
if (existsSync(file)) console.log(`${file} is there already.`)
else {
  writeFileSync(file, secrets(), { mode: 0o600 })
  console.log(`${file} is made. The operator's token in it is the key to everything.`)
}

/** Letters and digits only: they become part of URLs. */
function secrets(): string {
  const random = () => randomBytes(24).toString('hex')
  const [mariadb, redis, bridge, admin] = [random(), random(), random(), random()]
  const lines = {
    MARIADB_PASSWORD: mariadb,
    MARIADB_ROOT_PASSWORD: random(),
    DATABASE_URL: `mysql://streamgauge:${mariadb}@mariadb:3306/streamgauge`,
    REDIS_PASSWORD: redis,
    REDIS_URL: `redis://:${redis}@redis:6379`,
    MQTT_URL: `mqtt://streamgauge-bridge:${bridge}@mosquitto:1883`,
    MQTT_ADMIN_URL: `mqtt://streamgauge-admin:${admin}@mosquitto:1883`,
    MQTT_AGENT_KEY: random(),
    OPERATOR_TOKEN: `sg_${randomBytes(32).toString('hex')}`,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
