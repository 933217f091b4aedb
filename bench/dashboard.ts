import { launchBrowser } from '@streamgauge/features/support/browser.ts'
import { callApi, expectStatus } from '@streamgauge/local/api.ts'
import type { Installation, Tenant } from './installation.ts'

const framesCounted = 60
const patienceMs = 20_000

/** A page that is signed in by a one-time link, as people do it. */
export async function openDashboard({ url, operatorToken: token }: Installation) {
  await using cleanup = new AsyncDisposableStack()
  const browser = cleanup.use(await launchBrowser())
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(patienceMs)
  const reply = await callApi(`${url}/api/v1/sign-in-links`, { token, method: 'POST', body: {} })
  await page.goto(String(expectStatus(reply, 201).url))
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  const ending = cleanup.move()
  return {
    page,
    /** Shows the charts of a tenant and waits for the one of `metric`. */
    async open({ name }: Tenant, metric: string): Promise<void> {
      await page.goto(`${url}/t/${name}`)
      await page.locator(`[data-metric="${metric}"]`).locator('canvas').first().waitFor()
    },
    /** Ms from one animation frame to the next, the mean of some. */
    frameMs: () =>
      page.evaluate(
        (count) =>
          new Promise<number>((resolve) => {
            let left = count
            let first: number | undefined
            function next(now: number): void {
              first ??= now
              if (left-- === 0) resolve((now - first) / count)
              else requestAnimationFrame(next)
            }
            requestAnimationFrame(next)
          }),
        framesCounted,
      ),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  }
}
