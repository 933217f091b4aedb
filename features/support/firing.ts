import { until } from './until.ts'
import type { Scene } from './world.ts'

/** Posts a value until an alert fires: nothing announces that a new rule has come into effect, which takes up to 2 s. */
export async function postUntilFiring(scene: Scene, metric_name: string, value: number): Promise<void> {
  const { name, tokens } = scene.tenant()
  const path = `/api/v1/tenants/${name}/alerts?firing=true`
  let sent = 0
  await until(`an alert of ${metric_name} fires`, 10_000, async () => {
    // a point a second: what has been sent has to be seen before the next
    if (Date.now() - sent > 1000) {
      sent = Date.now()
      const { status } = await scene.tenant().post({ metric_name, value })
      if (status !== 202) throw new Error(`the point was answered ${status}`)
    }
    const { items } = await scene.api.expect<{ items: unknown[] }>(200, 'GET', path, { token: tokens.read })
    return items.length > 0 || undefined
  })
}
