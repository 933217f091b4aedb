import { quote } from '@streamgauge/core/install-line.ts'
import type { Enrolment } from '../api/types.ts'

/** The metric of the first point that a new device is told to send. */
export const firstMetric = 'hello.value'

/** One line of shell that publishes a point with a new login. The password is in it, as it is shown this once. */
export function publishLine(tenant: string, { agent_id, mqtt }: Enrolment): string {
  // not every browser reads the host of a scheme that isn't its own
  const [, scheme, host, port] = /^(mqtts?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(mqtt.url) ?? []
  const secure = scheme === 'mqtts'
  return [
    `mosquitto_pub -h ${host} -p ${port ?? (secure ? '8883' : '1883')}`,
    secure ? '--tls-use-os-certs' : '',
    `-i ${mqtt.username} -u ${mqtt.username} -P ${quote(mqtt.password)} -q 1`,
    `-t metrics/${tenant}/${agent_id}/${firstMetric}`,
    `-m '{"value": 42}'`,
  ]
    .filter(Boolean)
    .join(' ')
}
