import type { FeedHub } from '../model/feed-hub.ts'

/** A hidden tab keeps its stream this long: a glance at another tab should not cost a reconnect, ms. */
const hiddenLingerMs = 5000

/** Lets go of every stream while nobody looks at the tab, and takes them up again; returns how to stop. */
export function followVisibility(hub: FeedHub): () => void {
  const following = new AbortController()
  const { signal } = following
  let hidden: ReturnType<typeof setTimeout> | undefined

  function left(): void {
    hub.suspend()
  }

  function looking(): void {
    clearTimeout(hidden)
    if (document.hidden) hidden = setTimeout(left, hiddenLingerMs)
    else hub.resume()
  }

  window.addEventListener('pagehide', left, { signal })
  window.addEventListener('pageshow', looking, { signal })
  window.addEventListener('online', looking, { signal })
  document.addEventListener('visibilitychange', looking, { signal })
  // opened in the background: nothing tells that nobody looks
  if (document.hidden) looking()
  return () => {
    clearTimeout(hidden)
    following.abort()
  }
}
