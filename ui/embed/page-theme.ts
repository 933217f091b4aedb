/** The theme of the page around an element: what its `color-scheme` says, light where it says nothing. */
export function pageTheme(element: Element): 'dark' | 'light' {
  const scheme = getComputedStyle(around(element)).colorScheme.split(' ')
  if (!scheme.includes('dark')) return 'light'
  const chosen = !scheme.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches
  return chosen ? 'dark' : 'light'
}

/** The font of the page around an element, as a list of families. */
export function pageFont(element: Element): string {
  return getComputedStyle(around(element)).fontFamily
}

function around(element: Element): Element {
  const root = element.getRootNode()
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : document.documentElement)
}
