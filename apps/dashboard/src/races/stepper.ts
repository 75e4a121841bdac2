/** The buttons and keys that step through a race. */
import { element } from './dom.ts'

export interface Stepper {
  readonly root: HTMLElement
  /** @param row from 0. */
  show(row: number, count: number): void
}

/** Past the end in either direction: a race has fewer rows. */
export const ALL = 1_000

interface Control {
  readonly text: string
  readonly name: string
  readonly key: string
  readonly by: number
}

const CONTROLS: readonly Control[] = [
  { text: '⇤', name: 'First step', key: 'Home', by: -ALL },
  { text: '← Back', name: 'Back one step', key: 'ArrowLeft', by: -1 },
  { text: 'Next →', name: 'Next step', key: 'ArrowRight', by: 1 },
  { text: '⇥', name: 'Last step', key: 'End', by: ALL },
]

/** How many steps a key moves; 0 for any other key, and with a modifier, which belongs to the browser. */
export function stepsOf(event: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): number {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return 0
  return CONTROLS.find(({ key }) => key === event.key)?.by ?? 0
}

export function stepper(move: (by: number) => void): Stepper {
  const buttons = CONTROLS.map(({ text, name, key, by }) => {
    const button = element(
      'button',
      { type: 'button', 'aria-label': name, title: `${name}: ${key}`, class: by === 1 ? 'next' : '' },
      text,
    )
    // Not `disabled`, which would take the focus from a button in use.
    button.addEventListener('click', () => move(by))
    return button
  })
  const position = element('output', { class: 'position' })
  const keys = element('span', { class: 'keys' }, 'Keys: ← → Home End')
  const root = element('div', { class: 'stepper', role: 'group', 'aria-label': 'Steps' }, ...buttons, position, keys)

  document.addEventListener('keydown', (event) => {
    const by = stepsOf(event)
    // A scroll area that has the focus scrolls by the same keys.
    if (by === 0 || (event.target as Element | null)?.closest?.('select, input, textarea, [tabindex="0"]')) return
    event.preventDefault()
    move(by)
  })

  return {
    root,
    show(row, count) {
      position.textContent = `Step ${row + 1} of ${count}`
      for (const [i, { by }] of CONTROLS.entries()) {
        buttons[i]!.setAttribute('aria-disabled', String(by < 0 ? row === 0 : row === count - 1))
      }
    },
  }
}
