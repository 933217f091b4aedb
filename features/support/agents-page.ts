import type { Locator, Page } from 'playwright'
import { signIn } from './dashboard.ts'
import type { Scene } from './world.ts'

/** The Agents page of the scenario's tenant, by the menu where a page is open already. */
export async function openAgentsPage(scene: Scene): Promise<Page> {
  const page = scene.openPage ?? (await signIn(scene, scene.tenant()))
  if (new URL(page.url()).pathname !== '/agents')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor()
  return page
}

/** The row of one agent. */
export function agentRow(page: Page, agent: string): Locator {
  return page
    .getByRole('grid', { name: 'Agents' })
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name: agent, exact: true }) })
}
