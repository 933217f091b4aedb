import { trendPath } from '../../model/trend-path.ts'
import type { Trends } from '../../model/trends.ts'

/**
 * The lines in the rows of a table. Points never pass through templates: lines are drawn after them, each once for
 * every state of its row, so that scrolling doesn't draw all of them again. (As paths: a canvas in each row would be a
 * layer of its own to the browser, and scrolling would move thirty of them.)
 */
export class TrendLines {
  readonly #drawn = new WeakMap<Element, string>()

  /** Draws what has changed in the rows under `root`, which name their agent. */
  draw(root: ParentNode, trends: Trends, nowMs: number): void {
    for (const row of root.querySelectorAll<HTMLElement>('[data-agent]')) {
      const { agent = '' } = row.dataset
      const state = `${agent} ${trends.metric} ${nowMs}`
      const [line, dot] = row.querySelectorAll('path.trend')
      if (!line || !dot || this.#drawn.get(row) === state) continue
      this.#drawn.set(row, state)
      const path = trendPath(trends.of(agent).read(nowMs), trends.metric)
      line.setAttribute('d', path.line)
      dot.setAttribute('d', path.dot)
    }
  }
}
