/** "Inspect a key": what each strategy stores under a key, asked again each second while somebody looks. */
import { api, Refused } from '../live/api.ts'
import { h, setText } from '../live/dom.ts'
import { ProblemLine } from '../live/problem-line.ts'
import { cellsOf, columns } from './cells.ts'
import './inspector.css'

const EVERY_MS = 1_000

/** @param hottestKey the key that the load reads most */
export function inspector(hottestKey: () => string): HTMLElement {
  const input = h('input', {
    name: 'key',
    required: true,
    value: hottestKey(),
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const hottest = h('button', { type: 'button', class: 'quiet' }, 'The hottest post')
  const form = h(
    'form',
    { class: 'inspect' },
    h('label', {}, 'Key ', input),
    h('button', { type: 'submit' }, 'Inspect'),
    hottest,
  )
  const problem = new ProblemLine()
  const body = h('tbody')
  const heads = ['Strategy', ...columns].map((title) => h('th', { scope: 'col' }, title))
  const table = h('table', { class: 'inspected' }, h('thead', {}, h('tr', {}, ...heads)), body)
  const scroll = h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What each strategy stores', hidden: true },
    table,
  )
  const root = h('div', {}, form, problem.root, scroll)
  let timer: number | undefined
  /** As submitted: the field may have another by now. */
  let key = ''
  /** The key of the last question, until it is answered. */
  let asking: string | undefined

  async function show(isRepeat = false): Promise<void> {
    const asked = key
    asking = asked
    const call = api.entries(asked)
    const failure = await call.then(
      () => undefined,
      (error: unknown) => error,
    )
    // An answer for a former key may come late.
    if (asked === asking) asking = undefined
    if (asked !== key) return
    // Without an answer the API may be restarting, so it is asked again.
    if (failure instanceof Refused && failure.status !== 0) stop()
    const answer = await problem.during(() => call, isRepeat)
    if (answer === undefined) return
    scroll.hidden = false
    answer.forEach((inspected, i) => {
      const row = body.rows[i] ?? body.insertRow()
      row.className = inspected.entry ? '' : 'nothing'
      const cells = [inspected.strategy, ...cellsOf(inspected)]
      cells.forEach((text, column) => {
        const cell = row.cells[column] ?? row.appendChild(column === 0 ? h('th', { scope: 'row' }) : h('td'))
        setText(cell, text)
      })
    })
    while (body.rows.length > answer.length) body.deleteRow(-1)
  }

  function start(): void {
    stop()
    key = input.value.trim()
    void show()
    timer = window.setInterval(() => {
      if (asking === undefined && !document.hidden && isOnScreen(root)) void show(true)
    }, EVERY_MS)
  }

  function stop(): void {
    window.clearInterval(timer)
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    start()
  })
  hottest.addEventListener('click', () => {
    input.value = hottestKey()
    start()
  })
  return root
}

function isOnScreen(element: Element): boolean {
  const { top, bottom } = element.getBoundingClientRect()
  return bottom > 0 && top < window.innerHeight
}
