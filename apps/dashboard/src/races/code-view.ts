/** The line of code that makes the difference, with its neighbours. */
import { element } from './dom.ts'
import type { Race } from './race.ts'

export interface CodeView {
  readonly root: HTMLElement
  show(row: number): void
}

/** @param go shows the step at which the forms differ. */
export function codeView(race: Race, go: () => void): CodeView {
  const { file, line, from, lines, row: at } = race.decidedBy
  const button = element('button', { type: 'button', class: 'go' }, `Go to step ${at + 1}`)
  button.addEventListener('click', go)
  const code = element('code')
  for (const [i, text] of lines.entries()) {
    const isIt = from + i === line
    const number = element('span', { class: 'line-number' }, `${isIt ? '▸' : ' '}${String(from + i).padStart(4)}  `)
    code.append(element('span', { class: isIt ? 'line it' : 'line' }, number, text === '' ? ' ' : text))
  }
  const root = element(
    'section',
    { class: 'code', 'aria-label': 'The line of code that decides' },
    element(
      'div',
      { class: 'code-head' },
      element('h3', {}, 'The line that decides'),
      element('span', { class: 'file' }, `${file}:${line}`),
      button,
    ),
    element('pre', { tabindex: 0, role: 'group', 'aria-label': `${file}, line ${line}` }, code),
    element(
      'div',
      { class: 'effects' },
      element('p', {}, element('b', {}, 'Without the safeguard: '), `${race.without}.`),
      element('p', {}, element('b', {}, 'With it: '), race.closedBy),
    ),
  )
  return {
    root,
    show(row) {
      root.classList.toggle('now', row === at)
      // Not `disabled`, which would take the focus from it.
      button.setAttribute('aria-disabled', String(row === at))
      button.textContent = row === at ? `This is step ${at + 1}` : `Go to step ${at + 1}`
    },
  }
}
