/** The theme of the page: the system's, light or dark. */
import { readColours } from './colours.ts'
import type { Theme } from './view-state.ts'

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  readColours()
}

/** Calls back when the system's theme changes. */
export function onSystemTheme(changed: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    readColours()
    changed()
  })
}
