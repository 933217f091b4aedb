import type { Locator, Page } from 'playwright'
import type { Tenant } from './tenant.ts'
import type { Scene } from './world.ts'

/** Signs this scenario's browser in to a tenant by a one-time link, the way people do, and returns the page. */
export async function signIn(scene: Scene, tenant: Tenant): Promise<Page> {
  const page = await scene.context.newPage()
  scene.page = page
  await page.goto(await signInLink(scene, tenant))
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  return page
}

/** A new one-time link. Its origin is the public one, which need not be the one that this test reaches. */
export async function signInLink({ api, stack }: Scene, tenant: Tenant): Promise<string> {
  const options = { token: tenant.tokens.manage, body: {} }
  const { url } = await api.expect<{ url: string }>(201, 'POST', '/api/v1/sign-in-links', options)
  const { pathname, search, hash } = new URL(url)
  return stack.url + pathname + search + hash
}

export async function openTenantPage(scene: Scene, tenant: Tenant): Promise<Page> {
  const page = scene.openPage ?? (await signIn(scene, tenant))
  await page.goto(`${scene.stack.url}/t/${tenant.name}`)
  return page
}

/** The panel of one metric. */
export function panel(page: Page, metric: string): Locator {
  return page.locator(`[data-metric="${metric}"]`)
}

/** Waits until the panel says that it is live. */
export async function waitLive(page: Page, metric: string, timeout = 10_000): Promise<void> {
  await panel(page, metric).getByText(/^LIVE/).first().waitFor({ timeout })
}

/** One row of a chart's table of points. */
export interface ShownPoint {
  /** Epoch ms. */
  readonly time: number
  readonly series: string
  readonly value: number
}

/** Opens the table of the points that a chart shows, reads it and closes it again. */
export async function readTable(page: Page, metric: string): Promise<ShownPoint[]> {
  const chart = panel(page, metric)
  await chart.getByRole('button', { name: 'List the points' }).click()
  await chart.getByRole('table', { name: /^Points of/ }).waitFor()
  const shown = await chart.locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => ({
      time: Number(row.getAttribute('data-time')),
      series: row.children[1]?.textContent ?? '',
      value: Number(row.children[2]?.textContent),
    })),
  )
  await chart.getByRole('button', { name: 'Show the chart' }).click()
  return shown
}
