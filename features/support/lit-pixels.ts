import type { JSHandle, Page } from 'playwright'

/** A rectangle of a chart's drawing area, in pixels of its canvas from the top left. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What a chart shows of its one line: measured from the pixels, so the page need not cooperate. */
export interface Scale {
  readonly width: number
  readonly height: number
  /** Rows of the line's highest and lowest pixel. */
  readonly top: number
  readonly bottom: number
}

/** Runs inside the page. */
export interface Probe {
  /** Learns the line's colour: the commonest one that is no shade of grey; null while nothing is drawn. */
  scale(): Scale | null
  /** Pixels of the line in the box, on the canvas as it is on the screen now. */
  lit(box: Box): number
  /** Watches the box in every animation frame from now on, up to a limit. */
  arm(box: Box, limitMs: number): void
  /** When the box was first seen lit, epoch ms; null when it stayed dark. */
  whenLit(): Promise<number | null>
  /** How many columns of pixels the line is lit in. */
  litColumns(): number
  /** Columns of pixels, from the left of the box, that a shade of a line's colour fills from its top to its bottom. */
  shaded(box: Box): readonly number[]
  /** Counts, in every frame from now on, the columns of pixels that the line is lit in. */
  watch(): void
  /** What was counted since; ends the watch. */
  watched(): readonly number[]
}

/** Reads the canvas of the chart of one metric as a camera would. */
export async function openProbe(page: Page, metric: string): Promise<JSHandle<Probe>> {
  return page.evaluateHandle(probe, metric)
}

/** Sent to the page as text: it may use nothing from around it. */
function probe(metric: string): Probe {
  function* elements(root: ParentNode): Generator<Element> {
    for (const element of root.querySelectorAll('*')) {
      yield element
      if (element.shadowRoot) yield* elements(element.shadowRoot)
    }
  }

  /** The chart's layers: its largest canvases, which lie on one another. Found anew, for a chart may be rebuilt. */
  function layers(): CanvasRenderingContext2D[] {
    const panel = [...elements(document)].find((element) => element.getAttribute('data-metric') === metric)
    if (!panel) return []
    const canvases = [...elements(panel), ...(panel.shadowRoot ? elements(panel.shadowRoot) : [])].filter(
      (element) => element instanceof HTMLCanvasElement,
    )
    const area = (canvas: HTMLCanvasElement) => canvas.width * canvas.height
    const largest = Math.max(...canvases.map(area))
    return canvases
      .filter((canvas) => area(canvas) === largest)
      .map((canvas) => canvas.getContext('2d'))
      .filter((context) => context !== null)
  }

  type Colour = readonly [number, number, number]
  let line: Colour | undefined
  let ground: Colour = [0, 0, 0]
  let reach = 0

  function distance(data: Uint8ClampedArray, at: number, [r, g, b]: Colour): number {
    return Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b)
  }

  /** Half covered counts: a thin line seldom meets the pixels exactly. A shade below the line does not. */
  function isLine(data: Uint8ClampedArray, at: number): boolean {
    return line !== undefined && data[at + 3] > 200 && distance(data, at, line) < reach
  }

  /** The ground is the commonest colour, the line the commonest that is no shade of grey. */
  function learnColours(data: Uint8ClampedArray): void {
    const counts = new Map<number, number>()
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 200) continue
      const key = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const byCount = [...counts]
      .sort(([, a], [, b]) => b - a)
      .map(([key]): Colour => [key >> 16, (key >> 8) & 255, key & 255])
    ground = byCount[0] ?? ground
    line = byCount.find((colour) => Math.max(...colour) - Math.min(...colour) > 60)
    if (line) reach = 0.5 * distance(new Uint8ClampedArray(ground), 0, line)
  }

  function lit({ x, y, width, height }: Box): number {
    let count = 0
    for (const context of layers()) {
      const { data } = context.getImageData(x, y, width, height)
      for (let at = 0; at < data.length; at += 4) if (isLine(data, at)) count++
    }
    return count
  }

  function litColumns(): number {
    const columns = new Set<number>()
    for (const context of layers()) {
      const { width, height } = context.canvas
      const { data } = context.getImageData(0, 0, width, height)
      for (let at = 0; at < data.length; at += 4) if (isLine(data, at)) columns.add((at / 4) % width)
    }
    return columns.size
  }

  let counted: number[] = []
  // sizes are told after all callbacks of a frame: then the canvas is as the screen will show it
  const frames = new ResizeObserver(() => counted.push(litColumns()))
  let watching = false
  function nextFrame(): void {
    frames.disconnect()
    if (!watching) return
    frames.observe(document.body)
    requestAnimationFrame(nextFrame)
  }

  /** More colourful than ground and grid, and not the line itself. */
  function isShade(data: Uint8ClampedArray, at: number): boolean {
    const [r, g, b] = data.subarray(at, at + 3)
    return data[at + 3] > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 30 && !isLine(data, at)
  }

  function shaded({ x, y, width, height }: Box): number[] {
    const rows = new Array<number>(width).fill(0)
    for (const context of layers()) {
      const { data } = context.getImageData(x, y, width, height)
      for (let at = 0; at < data.length; at += 4) if (isShade(data, at)) rows[(at / 4) % width]++
    }
    return rows.flatMap((count, column) => (count === height ? [column] : []))
  }

  let seen: Promise<number | null> = Promise.resolve(null)
  return {
    lit,
    scale() {
      const rows: number[] = []
      let size = { width: 0, height: 0 }
      for (const context of layers()) {
        const { width, height } = context.canvas
        size = { width, height }
        const { data } = context.getImageData(0, 0, width, height)
        if (!line) learnColours(data)
        for (let at = 0; at < data.length; at += 4)
          if (isLine(data, at)) rows.push(Math.floor(at / 4 / width))
      }
      if (rows.length === 0) return null
      return {
        ...size,
        top: rows.reduce((a, b) => Math.min(a, b)),
        bottom: rows.reduce((a, b) => Math.max(a, b)),
      }
    },
    arm(box, limitMs) {
      const end = Date.now() + limitMs
      seen = new Promise((resolve) => {
        function look() {
          if (lit(box) > 0) resolve(Date.now())
          else if (Date.now() > end) resolve(null)
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      })
    },
    whenLit: () => seen,
    litColumns,
    shaded,
    watch() {
      counted = []
      watching = true
      requestAnimationFrame(nextFrame)
    },
    watched() {
      watching = false
      return counted
    },
  }
}
