import { hrefOf, type Route } from '../model/route.ts'

/** Fired on window when the address has changed without loading a page. */
export const navigated = 'sg-navigated'

/** Goes to a route. `replace` for changes that Back should not undo one by one. */
export function navigate(route: Partial<Route> & Pick<Route, 'page'>, replace = false): void {
  const href = hrefOf(route)
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  window.dispatchEvent(new Event(navigated))
}

/** Follows a plain click on a link of this page without loading it anew. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement)
  if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return
  event.preventDefault()
  if (link.href !== location.href) history.pushState(null, '', link.href)
  window.dispatchEvent(new Event(navigated))
}
