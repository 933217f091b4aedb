import { Counter, Gauge, type Registry } from '@streamgauge/adapters/metrics.ts'

/** What the bridge counts. */
export interface BridgeMetrics {
  readonly messages: Counter<'kind'>
  readonly points: Counter
  readonly letters: Counter<'code'>
  readonly connections: Counter
  readonly dropped: Gauge
}

export function createBridgeMetrics(registry: Registry, held: () => number): BridgeMetrics {
  const registers = [registry]
  new Gauge({
    name: 'streamgauge_mqtt_messages_held',
    help: 'Messages that wait for the log before they are acknowledged.',
    registers,
    collect() {
      this.set(held())
    },
  })
  return {
    messages: new Counter({
      name: 'streamgauge_mqtt_messages_total',
      help: 'Messages received from the broker, deliveries again included, by their kind: metric or status.',
      labelNames: ['kind'],
      registers,
    }),
    points: new Counter({
      name: 'streamgauge_mqtt_points_accepted_total',
      help: 'Points of messages that the log has acknowledged.',
      registers,
    }),
    letters: new Counter({
      name: 'streamgauge_mqtt_dead_letters_total',
      help: 'Messages, or parts of batches, put into the dead letter topic, by the code of their reason.',
      labelNames: ['code'],
      registers,
    }),
    connections: new Counter({
      name: 'streamgauge_mqtt_connections_total',
      help: 'Times that the bridge has connected to the broker and subscribed.',
      registers,
    }),
    dropped: new Gauge({
      name: 'streamgauge_mqtt_broker_messages_dropped',
      help: 'Messages that the broker says it has dropped since its start, such as those beyond its queues.',
      registers,
    }),
  }
}
