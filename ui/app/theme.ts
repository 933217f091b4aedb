const key = 'sg-theme'

/** The theme of the page: dark unless the viewer has chosen light. */
export function currentTheme(): 'dark' | 'light' {
  return document.documentElement.dataset.theme === 'light' ? 'light' : 'dark'
}

/** Takes up the viewer's choice from an earlier visit. */
export function restoreTheme(): void {
  if (localStorage.getItem(key) === 'light') apply('light')
}

export function toggleTheme(): 'dark' | 'light' {
  const next = currentTheme() === 'dark' ? 'light' : 'dark'
  apply(next)
  localStorage.setItem(key, next)
  return next
}

function apply(theme: 'dark' | 'light'): void {
  document.documentElement.dataset.theme = theme
}
