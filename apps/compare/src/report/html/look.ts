/**
 * The look of a strategy, the same in every chart. Colour is never the only cue: charts name their strategies, and marks
 * differ in shape, lines in dashes. A naive form and its guarded form share colour and shape, but not dashes.
 */
import { strategyNames } from 'strategies'
import { Html } from './template.ts'

type SymbolName =
  | 'circle'
  | 'cross'
  | 'diamond'
  | 'square'
  | 'star'
  | 'triangle'
  | 'wye'
  | 'hexagon'
  | 'diamond2'
  | 'square2'

export interface Look {
  /** A CSS value that differs between light and dark. */
  readonly colour: string
  readonly symbol: SymbolName
  readonly dashes: string
}

/** Okabe and Ito's palette, darkened for light mode and lightened for dark mode to a contrast of 3 : 1. */
const HUES = {
  ink: ['#1d1f23', '#ececec'],
  orange: ['#b26a00', '#e69f00'],
  blue: ['#0072b2', '#4fa8e0'],
  green: ['#00805c', '#1fbf92'],
  vermilion: ['#c64a00', '#ff8a4c'],
  sky: ['#2a86b8', '#74c4f2'],
  purple: ['#a6507f', '#e09ac3'],
  yellow: ['#857100', '#f0e442'],
  violet: ['#6a4fb3', '#a995f0'],
  brown: ['#7a4a21', '#c99a6b'],
  slate: ['#5b6670', '#a7b3bf'],
} as const

const SOLID = 'none'
const DASHED = '5 3'
const DOTTED = '2 2'

const look = (hue: keyof typeof HUES, symbol: SymbolName, dashes = SOLID): Look => ({
  colour: `var(--${hue})`,
  symbol,
  dashes,
})

const LOOKS: Readonly<Record<string, Look>> = {
  'no-cache': look('ink', 'cross'),
  'cache-aside': look('orange', 'circle'),
  'manual-invalidation': look('blue', 'square'),
  'write-through': look('green', 'triangle'),
  'stampede-lock': look('vermilion', 'diamond'),
  'naive-invalidation': look('blue', 'square', DASHED),
  'naive-write-through': look('green', 'triangle', DASHED),
  'naive-lock': look('vermilion', 'diamond', DASHED),
  'stale-while-revalidate': look('sky', 'hexagon'),
  xfetch: look('purple', 'star'),
  'refresh-ahead': look('yellow', 'wye'),
  tiered: look('violet', 'diamond2'),
  'write-behind': look('brown', 'square2'),
  'always-hit': look('ink', 'circle', DOTTED),
  'peer:bentocache': look('slate', 'circle', DASHED),
  'peer:cacheable': look('slate', 'square', DASHED),
  'peer:cache-manager': look('slate', 'triangle', DASHED),
  'peer:async-cache-dedupe': look('slate', 'diamond', DASHED),
  'peer:cachified': look('slate', 'star', DASHED),
}

/** Dotted combinations for strategies without a line above, so that a new one still has its own look. */
const SPARE_HUES = ['sky', 'purple', 'yellow', 'violet', 'brown', 'green', 'orange', 'blue', 'vermilion'] as const
const SPARE_SYMBOLS = ['star', 'wye', 'hexagon', 'diamond2', 'square2', 'triangle', 'square', 'diamond'] as const
const without: readonly string[] = strategyNames.filter((name) => LOOKS[name] === undefined)

export function lookOf(strategy: string): Look {
  const at = without.indexOf(strategy)
  const pick = <T>(list: readonly T[]) => list[at % list.length]!
  return (
    LOOKS[strategy] ?? (at < 0 ? look('slate', 'circle', DOTTED) : look(pick(SPARE_HUES), pick(SPARE_SYMBOLS), DOTTED))
  )
}

/** The colours as CSS. Print always uses light mode. */
export function hueStyle(): Html {
  const variables = (at: 0 | 1) =>
    Object.entries(HUES)
      .map(([name, shades]) => `--${name}:${shades[at]}`)
      .join(';')
  return new Html(`:root{${variables(0)}}@media screen and (prefers-color-scheme:dark){:root{${variables(1)}}}`)
}
