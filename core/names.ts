import { limits } from './limits.ts'

/** Tenant names: lower case, digits and inner hyphens, 1 to 63 characters. */
export const tenantPattern = '^[a-z0-9][a-z0-9-]{0,62}$'
/** Agent ids of HTTP producers. */
export const agentPattern = `^[A-Za-z0-9][A-Za-z0-9._:-]{0,${limits.agentIdLength - 1}}$`

/** Names of enrolled agents: no dot, for it divides the login; no wildcard of MQTT. */
export const enrolledAgentPattern = '^[a-z0-9][a-z0-9_-]{0,62}$'

const tenantRegExp = new RegExp(tenantPattern)
const agentRegExp = new RegExp(agentPattern)
const enrolledAgentRegExp = new RegExp(enrolledAgentPattern)
const control = /[\u0000-\u001f\u007f-\u009f]/

export function isTenantName(text: string): boolean {
  return tenantRegExp.test(text)
}

export function isAgentId(text: string): boolean {
  return agentRegExp.test(text)
}

export function isEnrolledAgentId(text: string): boolean {
  return enrolledAgentRegExp.test(text)
}

/** Free text that MariaDB, JSON and terminals can all carry: no control characters, no lone surrogates. */
export function isCleanText(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && !control.test(text) && text.isWellFormed()
}
