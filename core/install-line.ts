export interface Installation {
  /** Where the gateway serves the agent. */
  readonly publicUrl: string
  readonly mqtt: { readonly url: string; readonly username: string; readonly password: string }
}

/**
 * One line for a shell on the machine that becomes the agent. The password goes by the environment: it is in no
 * address that a server or a proxy would log.
 */
export function installLine({ publicUrl, mqtt }: Installation): string {
  const settings = {
    AGENT_URL: mqtt.url,
    AGENT_USERNAME: mqtt.username,
    AGENT_PASSWORD: mqtt.password,
  }
  const assignments = Object.entries(settings).map(([name, value]) => `${name}=${quote(value)}`)
  return `curl -fsSL ${quote(`${publicUrl}/agent/install.sh`)} | ${assignments.join(' ')} sh`
}

/** As one word of a POSIX shell. */
export function quote(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
