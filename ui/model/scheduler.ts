/** Something that is drawn when it has changed. */
export interface Drawable {
  /** Hands the new data to the chart; pixels follow in the next frame. Called outside an animation frame. */
  draw(): void
}

/** What the scheduler needs of its surroundings; a test hands in its own. */
export interface FrameClock {
  now(): number
  /** Runs once, after the next frame has been drawn, outside of it. */
  afterFrame(run: () => void): void
  /** Runs once, as a task of its own, at once or `ms` later; returns how to cancel it. */
  later(run: () => void, ms: number): () => void
}

interface Entry {
  readonly drawable: Drawable
  visible: boolean
  /** Since when it wants to be drawn, ms; undefined while nothing has changed. */
  waitingSince: number | undefined
  drawnAt: number
}

/** Two charts a frame keep a frame below 16 ms; sixty draws a second are 5 Hz for twelve charts, 10 Hz for the focused. */
export const drawBudget = { perFrame: 2, perSecond: 60 } as const

/** A chart whose last change is this old does not count as active, ms. */
const activeMs = 1000

/**
 * The one drawing order of the page: at most two charts a frame, the longest-waiting first. A chart that has waited
 * its interval is drawn at once, so with few charts a point is on screen with the next frame.
 */
export class DrawScheduler {
  readonly #entries = new Map<Drawable, Entry>()
  readonly #clock: FrameClock
  #focused: Drawable | undefined
  #drawnInFrame = 0
  #frameAsked = false
  #cancel: (() => void) | undefined
  #plannedFor = Number.POSITIVE_INFINITY
  /** Least time between two draws of one chart, ms: 1000 for viewers who asked for less motion. */
  minIntervalMs = 0

  constructor(clock: FrameClock = browserClock) {
    this.#clock = clock
  }

  add(drawable: Drawable): void {
    const drawnAt = Number.NEGATIVE_INFINITY
    this.#entries.set(drawable, { drawable, visible: true, waitingSince: undefined, drawnAt })
  }

  remove(drawable: Drawable): void {
    this.#entries.delete(drawable)
    if (this.#focused === drawable) this.#focused = undefined
  }

  /** Charts out of sight keep their data and are not drawn. */
  setVisible(drawable: Drawable, visible: boolean): void {
    const entry = this.#entries.get(drawable)
    if (!entry) return
    entry.visible = visible
    if (visible) this.#plan()
  }

  /** The chart under the pointer or the keyboard may be drawn twice as often. */
  focus(drawable: Drawable | undefined): void {
    this.#focused = drawable
  }

  /** The drawable has changed. */
  request(drawable: Drawable): void {
    const entry = this.#entries.get(drawable)
    if (!entry || entry.waitingSince !== undefined) return
    entry.waitingSince = this.#clock.now()
    if (entry.visible) this.#plan()
  }

  /** Draws a second that each chart gets now, for honest labels. */
  ratePerChart(): number {
    return 1000 / this.#interval(undefined, this.#clock.now())
  }

  #interval(entry: Entry | undefined, now: number): number {
    let active = 0
    for (const e of this.#entries.values()) {
      if (e.visible && (e.waitingSince !== undefined || now - e.drawnAt < activeMs)) active++
    }
    const ms = (Math.max(1, active) * 1000) / drawBudget.perSecond
    const focused = entry !== undefined && entry.drawable === this.#focused
    return Math.max(this.minIntervalMs, focused ? ms / 2 : ms)
  }

  #plan(): void {
    if (this.#frameAsked && this.#drawnInFrame >= drawBudget.perFrame) return
    const now = this.#clock.now()
    let soonest = Number.POSITIVE_INFINITY
    for (const entry of this.#entries.values()) {
      if (entry.waitingSince === undefined || !entry.visible) continue
      soonest = Math.min(soonest, entry.drawnAt + this.#interval(entry, now))
    }
    if (soonest === Number.POSITIVE_INFINITY || soonest >= this.#plannedFor) return
    this.#cancel?.()
    this.#plannedFor = soonest
    this.#cancel = this.#clock.later(() => this.#run(), Math.max(0, soonest - now))
  }

  #run(): void {
    this.#cancel = undefined
    this.#plannedFor = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    const ready = [...this.#entries.values()]
      .filter(
        (e) => e.visible && e.waitingSince !== undefined && now - e.drawnAt >= this.#interval(e, now) - 0.5,
      )
      .sort((a, b) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0))
    for (const entry of ready) {
      if (this.#drawnInFrame >= drawBudget.perFrame) break
      this.#drawnInFrame++
      entry.waitingSince = undefined
      entry.drawnAt = now
      entry.drawable.draw()
    }
    if (this.#drawnInFrame > 0) this.#askFrame()
    this.#plan()
  }

  #askFrame(): void {
    if (this.#frameAsked) return
    this.#frameAsked = true
    this.#clock.afterFrame(() => {
      this.#frameAsked = false
      this.#drawnInFrame = 0
      this.#plan()
    })
  }
}

/** The page's own clock. A message is a task without the 4 ms that nested timers cost. */
const browserClock: FrameClock = {
  now: () => performance.now(),
  afterFrame: (run) => requestAnimationFrame(() => soon(run)),
  later: (run, ms) => {
    if (ms >= 1) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    }
    let wanted = true
    soon(() => wanted && run())
    return () => {
      wanted = false
    }
  },
}

function soon(run: () => void): void {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    run()
  }
  port2.postMessage(null)
}
