/** The style sheet's colours, for the canvas. */
import type { Ink } from './measures.ts'

export type Colours = Record<Ink | 'ink' | 'soft' | 'line' | 'paper', string>

export const colours: Colours = { hit: '', wait: '', stale: '', calls: '', ink: '', soft: '', line: '', paper: '' }

/** To be called after a change of the theme. */
export function readColours(): void {
  const style = getComputedStyle(document.documentElement)
  for (const name of Object.keys(colours) as (keyof Colours)[])
    colours[name] = style.getPropertyValue(`--${name}`).trim()
}
