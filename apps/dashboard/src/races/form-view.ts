/** One form of a race: what it shows, the step in words, the state, and the diagram. */
import { diagramOf } from './diagram.ts'
import { element } from './dom.ts'
import type { Form, Race } from './race.ts'
import { saidOf } from './said.ts'
import { cellsOf, stateView } from './state-view.ts'

export interface FormView {
  readonly root: HTMLElement
  /** @returns what happens, for screen readers. */
  show(row: number): string
  fit(): void
}

const NAMES: Readonly<Record<Form, string>> = { broken: 'Without the safeguard', guarded: 'With the safeguard' }
const SIGNS: Readonly<Record<Form, string>> = { broken: '✗', guarded: '✓' }

export function formView(race: Race, form: Form): FormView {
  const name = NAMES[form]
  const diagram = diagramOf(race, form, name)
  const said = element('p', { class: 'said' })
  const state = element('div')
  const sign = element('span', { class: 'mark', 'aria-hidden': 'true' }, `${SIGNS[form]} `)
  const root = element(
    'section',
    { class: `form ${form}`, 'aria-label': name },
    element('h3', {}, sign, name),
    element('p', { class: 'gist' }, form === 'broken' ? race.goesWrong : race.isPrevented),
    element('div', { class: 'after' }, said, state),
    diagram.root,
  )
  return {
    root,
    show(row) {
      said.textContent = saidOf(race, form, row)
      const other = form === 'broken' ? 'guarded' : 'broken'
      state.replaceChildren(stateView(cellsOf(race, form, row), cellsOf(race, other, row)))
      diagram.show(row)
      return `${name}: ${said.textContent}`
    },
    fit: diagram.fit,
  }
}
