/** What the reader chose to see, as the hash of the address: a link to it shows the same view. */
import type { Sort } from './sorting.ts'

export const windows = [30, 60, 300] as const
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export interface ViewState {
  /** Seconds shown in the charts. */
  readonly window: (typeof windows)[number]
  readonly theme: Theme
  /** Undefined: all. */
  readonly strategies: readonly string[] | undefined
  readonly sort: Sort | undefined
  /** The fields of the load form that differ from the API's defaults, as typed. */
  readonly load: Readonly<Record<string, string>>
}

const LOAD_PREFIX = 'load.'

export const initialView: ViewState = {
  window: 60,
  theme: 'system',
  strategies: undefined,
  sort: undefined,
  load: {},
}

/** Leaves out what it does not understand. */
export function parseView(hash: string): ViewState {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const strategies = given.get('strategies')?.split(',').filter(Boolean)
  const [, column, direction] = /^([\w-]+)\.(ascending|descending)$/.exec(given.get('sort') ?? '') ?? []
  const load = [...given].filter(([name]) => name.startsWith(LOAD_PREFIX))
  return {
    window: windows.find((seconds) => String(seconds) === given.get('window')) ?? initialView.window,
    theme: themes.find((theme) => theme === given.get('theme')) ?? initialView.theme,
    strategies: strategies?.length ? strategies : undefined,
    sort: column ? { column, direction: direction as Sort['direction'] } : undefined,
    load: Object.fromEntries(load.map(([name, value]) => [name.slice(LOAD_PREFIX.length), value])),
  }
}

/** Without what is as in the beginning. */
export function viewHash({ window, theme, strategies, sort, load }: ViewState): string {
  const parts = new URLSearchParams()
  if (window !== initialView.window) parts.set('window', String(window))
  if (theme !== initialView.theme) parts.set('theme', theme)
  if (strategies !== undefined) parts.set('strategies', strategies.join(','))
  if (sort !== undefined) parts.set('sort', `${sort.column}.${sort.direction}`)
  for (const [name, value] of Object.entries(load)) parts.set(LOAD_PREFIX + name, value)
  const text = parts.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `#${text}`
}
