export interface TlsListener {
  readonly port: number
  /** Files in PEM format; the certificate with its chain. */
  readonly certificate: string
  readonly key: string
}

export interface BrokerSettings {
  /** The dynamic-security plugin. */
  readonly plugin: string
  /** The folder with the plugin's file and what the broker saves. */
  readonly dir: string
  readonly host: string
  readonly port: number
  /** Listens on all addresses. */
  readonly tls?: TlsListener
}

/**
 * The configuration of a broker, for Mosquitto 2.0.11 and later; `mosquitto.conf` of the compose file says the same.
 * A client's id is its username on every listener: else one tenant could take the session of another's agent.
 */
export function brokerConfiguration({ plugin, dir, host, port, tls }: BrokerSettings): string {
  const listeners = [['', `listener ${port} ${host}`, 'use_username_as_clientid true']]
  if (tls) {
    const files = [`certfile ${tls.certificate}`, `keyfile ${tls.key}`]
    listeners.push(['', `listener ${tls.port}`, 'use_username_as_clientid true', ...files])
  }
  return [
    'per_listener_settings false',
    'allow_anonymous false',
    `plugin ${plugin}`,
    `plugin_opt_config_file ${dir}/dynamic-security.json`,
    // Started by root it would else become a user that can't read its files.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'persistence true',
    `persistence_location ${dir}/`,
    ...brokerLimits,
    'log_dest stdout',
    ...listeners.flat(),
    '',
  ].join('\n')
}

/** Saving on every change would write everything for every message; so does a short interval, more slowly. */
export const brokerLimits = [
  'autosave_interval 30',
  'persistent_client_expiration 14d',
  'max_inflight_messages 1000',
  'max_queued_messages 1000000',
  'max_packet_size 1048576',
  'set_tcp_nodelay true',
  // A line for every ping, reconnect and refusal would drown the rest.
  'connection_messages false',
] as const
