import { type CostBar, type CostGroup, costBars, hueOf, standalone } from 'charts'
import { parseHTML } from 'linkedom'
import { FLOOR, isFloor, isOurs, type LibraryName } from '../libraries/names.ts'
import type { Bench } from '../results.ts'
import { type Column, columns, groupOf } from './columns.ts'
import { entryOf, ratioOf } from './compared.ts'

const SCALE = 'times the floor: a Map, or a bare Redis client →'

/** An SVG file: every library's cost as a multiple of the floor's, row by row, the cheapest first. Undefined without any figure. */
export function benchPicture(bench: Bench): string | undefined {
  const groups = columns.map((column): CostGroup & { readonly spoken: readonly string[] } => {
    const bars = barsOf(bench, column)
    const spoken = bars.map(({ library, median }) => `${column.title}, ${library} ${median.toPrecision(2)}`)
    return { title: column.title, bars, spoken }
  })
  const shown = groups.filter(({ bars }) => bars.length > 0)
  const said = shown.flatMap(({ spoken }) => spoken).join('; ')
  const name = `Cost as a multiple of the floor, medians of ${bench.options.rounds} rounds: ${said}.`
  const chart = costBars(parseHTML('<!doctype html><html><body></body></html>').document, name, shown, SCALE)
  return chart && standalone(chart)
}

function barsOf(bench: Bench, column: Column): (CostBar & { readonly library: LibraryName })[] {
  const group = groupOf(bench, column)
  const floor = group && entryOf(group, FLOOR)
  if (group === undefined || floor === undefined) return []
  const bars = group.entries.flatMap((entry) => {
    const { library } = entry
    const ratio = ratioOf(entry, floor, column.figure)
    // A logarithm needs a positive value: a wait can be shorter than the load, by the clock's precision.
    if (library === FLOOR || ratio === undefined || ratio.q1 <= 0) return []
    const text = bench.libraries.find(({ name }) => name === library)?.title ?? library
    return [{ library, text, colour: colourOf(library), isStrong: isOurs(library), ...ratio }]
  })
  return bars.toSorted((a, b) => a.median - b.median)
}

const colourOf = (library: LibraryName) => hueOf(isOurs(library) ? 'blue' : isFloor(library) ? 'ink' : 'slate')
