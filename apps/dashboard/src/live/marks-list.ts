/** The marks as text, the newest first. */
import { h } from './dom.ts'
import { clock } from './format.ts'
import type { TimedMark } from './marks.ts'

const SHOWN = 8

export function showMarks(list: HTMLElement, marks: readonly TimedMark[]): void {
  const items = marks
    .slice(-SHOWN)
    .reverse()
    .map(({ at, label, strategies }) => {
      const whose =
        strategies.length === 1 ? strategies[0]! : strategies.length === 0 ? 'all' : `${strategies.length} strategies`
      return h('li', {}, h('time', { datetime: at }, clock(at)), ' ', label, ' ', h('span', { class: 'whose' }, whose))
    })
  list.replaceChildren(...(items.length > 0 ? items : [h('li', {}, 'Nothing yet.')]))
}
