import { drawTrend } from '../../charts/draw-trend.ts'
import type { Trends } from '../../model/trends.ts'

/** How lines look now; lengths in CSS pixels. */
interface Look {
  readonly theme: string | undefined
  readonly width: number
  readonly height: number
  readonly live: string
  readonly quiet: string
}

/**
 * The lines in the rows of a table. Points never pass through templates: lines are drawn after them, each once for
 * every state of its row, so that scrolling doesn't draw all of them again.
 */
export class TrendLines {
  #look: Look | undefined
  readonly #drawn = new WeakMap<HTMLCanvasElement, string>()

  /** The rows have another width. */
  resized(): void {
    this.#look = undefined
  }

  /** Draws what has changed in the rows under `root`, which name their agent and its status. */
  draw(root: ParentNode, trends: Trends, nowMs: number): void {
    const { theme } = document.documentElement.dataset
    for (const row of root.querySelectorAll<HTMLElement>('[data-agent]')) {
      const canvas = row.querySelector('canvas')
      const { agent = '', status } = row.dataset
      const state = `${trends.metric} ${status} ${theme} ${nowMs}`
      if (!canvas || this.#drawn.get(canvas) === state) continue
      this.#drawn.set(canvas, state)
      // reading a look has the page laid out, so it is read once for all rows
      const look = this.#look && this.#look.theme === theme ? this.#look : readLook(canvas, theme)
      this.#look = look
      const { width, height, live, quiet } = look
      const color = status === 'online' ? live : quiet
      drawTrend(canvas, trends.of(agent).read(nowMs), { width, height, metric: trends.metric, color })
    }
  }
}

function readLook(canvas: HTMLCanvasElement, theme: string | undefined): Look {
  const style = getComputedStyle(canvas)
  return {
    theme,
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    live: style.getPropertyValue('--sg-accent'),
    quiet: style.getPropertyValue('--sg-offline'),
  }
}
