/** The marks as text, the newest first. */
import { h } from './dom.ts'
import { clock } from './format.ts'
import type { TimedMark } from './marks.ts'

const SHOWN = 8
const itemsByMark = new WeakMap<TimedMark, HTMLLIElement>()

export function showMarks(list: HTMLElement, marks: readonly TimedMark[]): void {
  const shown = marks.slice(-SHOWN).reverse().map(itemOf)
  const items = shown.length > 0 ? shown : [h('li', {}, 'Nothing yet.')]
  for (const child of [...list.children]) if (!items.includes(child as HTMLLIElement)) child.remove()
  // Those that are there stay, so that a screen reader says only the new ones.
  items.forEach((item, i) => {
    const before = list.children[i]
    if (before !== item) list.insertBefore(item, before ?? null)
  })
}

function itemOf(mark: TimedMark): HTMLLIElement {
  const known = itemsByMark.get(mark)
  if (known !== undefined) return known
  const { at, label, strategies } = mark
  const whose =
    strategies.length === 1 ? strategies[0]! : strategies.length === 0 ? 'all' : `${strategies.length} strategies`
  const time = h('time', { datetime: at }, clock(at))
  const item = h('li', {}, time, ' ', label, ' ', h('span', { class: 'whose' }, whose))
  itemsByMark.set(mark, item)
  return item
}
