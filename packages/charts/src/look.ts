/**
 * The look of a strategy, the same in every chart and table. Colour is never the only cue: charts name their strategies, and marks
 * differ in shape, lines in dashes. A naive form and its guarded form share colour and shape, but not dashes.
 */
import { strategyNames } from 'strategies/names'

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

type Hue = keyof typeof HUES

export interface Look {
  readonly hue: Hue
  /** The hue as a CSS value, which differs between light and dark. */
  readonly colour: string
  readonly symbol: SymbolName
  readonly dashes: string
}

/** Okabe and Ito's palette, darkened for light mode and lightened for dark mode to a contrast of 3 : 1. */
export const HUES = {
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

/** A hue as a CSS value, for charts whose colours are no strategies. charts.css and `standalone` define it. */
export const hueOf = (hue: Hue): string => `var(--hue-${hue})`

const look = (hue: Hue, symbol: SymbolName, dashes = SOLID): Look => ({
  hue,
  colour: hueOf(hue),
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

/** The classes of a strategy's colour sample in a page. */
export function swatchClass(strategy: string): string {
  return `swatch hue-${lookOf(strategy).hue}`
}
