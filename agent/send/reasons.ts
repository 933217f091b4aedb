import { LinkError } from './link.ts'

/** What a reason code of MQTT 5, or an error code of the system, means for whoever runs the agent, and what to do. */
const meanings: Readonly<Record<string, string>> = {
  4: 'the broker does not know this login: enrol the agent again and put the new password in its configuration',
  16: 'nobody takes what is published: the bridge of the server does not run',
  133: 'the broker refuses the name of the agent: use the username that enrolment printed',
  134: 'the broker does not know this login: enrol the agent again and put the new password in its configuration',
  135: 'not authorised: the login may not do this; it was revoked, or belongs to another agent. Enrol the agent again',
  136: 'the broker is not available at the moment',
  137: 'the broker is busy',
  139: 'the broker is shutting down',
  142: 'another process has connected with this login: each agent needs its own, enrol the other one too',
  149: 'the broker takes no packet of this size: raise max_packet_size there',
  151: 'the broker has no room for more',
  152: 'the login was ended by an administrator: enrol the agent again',
  ECONNREFUSED: 'nothing listens at this address: is the broker up, and the port right?',
  ENOTFOUND: 'this host name is not known: check the URL',
  EAI_AGAIN: 'the host name can’t be looked up at the moment: check the network',
  ETIMEDOUT: 'no answer: check the address and the firewall',
  EHOSTUNREACH: 'there is no way to this host: check the network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: name it in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate’s authority is not known: name it in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate’s authority is not known: name it in NODE_EXTRA_CA_CERTS',
}

/** Why there is no connection; a refusal to log in may be told as "not authorised", whatever was wrong. */
export function explainConnection(error: unknown): string {
  if (!(error instanceof LinkError)) return String(error)
  const { code, message } = error
  return explain(code === 5 || code === 135 ? 134 : code, message)
}

/** Why something was not taken, in one sentence with the remedy where there is one. */
export function explain(code: number | string | undefined, message = ''): string {
  const meaning = code === undefined ? undefined : meanings[code]
  const told = typeof code === 'number' ? `reason ${code}` : message
  return meaning === undefined ? message || told : `${meaning} (${told})`
}
