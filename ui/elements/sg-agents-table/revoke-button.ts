import { html, nothing } from 'lit'
import type { AgentItem } from '../../api/types.ts'
import { icons } from '../icons.ts'

/** The button of a row that ends its agent's login; nothing where there is none. Arrow keys lead to it. */
export function revokeButton({ agent_id, enrolled }: AgentItem, revoke: () => void) {
  if (!enrolled) return nothing
  const label = `Revoke the login of ${agent_id}`
  return html`<button class="quiet" tabindex="-1" title=${label} aria-label=${label} @click=${revoke}>
    ${icons.revoke}
  </button>`
}
