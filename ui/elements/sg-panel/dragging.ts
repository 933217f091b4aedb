/** A shorter way is a click, CSS pixels. */
const leastPx = 6

/**
 * Follows a drag over the chart from its `pointerdown` on and shows the stretch between as `mark`; `chosen` gets both
 * ends, CSS pixels from the left of `stage`. Escape gives up. A finger scrolls the page instead.
 */
export function dragging(
  event: PointerEvent,
  stage: HTMLElement,
  mark: HTMLElement,
  chosen: (a: number, b: number) => void,
): void {
  if (event.button !== 0 || event.pointerType === 'touch') return
  const left = stage.getBoundingClientRect().left
  const start = event.clientX - left
  const following = new AbortController()
  const { signal } = following

  function show(at: number): void {
    mark.hidden = Math.abs(at - start) < leastPx
    mark.style.left = `${Math.min(at, start)}px`
    mark.style.width = `${Math.abs(at - start)}px`
  }

  function end(): void {
    following.abort()
    mark.hidden = true
  }

  window.addEventListener('pointermove', (move) => show(move.clientX - left), { signal })
  window.addEventListener(
    'pointerup',
    (up) => {
      end()
      const at = up.clientX - left
      if (Math.abs(at - start) >= leastPx) chosen(start, at)
    },
    { signal },
  )
  window.addEventListener('pointercancel', end, { signal })
  window.addEventListener('keydown', (key) => key.key === 'Escape' && end(), { signal })
}
