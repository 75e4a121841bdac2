/** The race museum: chooses a race, and steps both of its forms together. */
import { codeView } from './code-view.ts'
import { element } from './dom.ts'
import { formView } from './form-view.ts'
import { hashOf, moved, type Place, placeOf } from './place.ts'
import type { Race } from './race.ts'
import { raceList } from './race-list.ts'
import { stepper } from './stepper.ts'

const INTRO =
  'Ways in which a cache ends up with an old value. Each process is correct alone, but a few steps happen in an unlucky order.'
const METHOD =
  'Nothing here is drawn by hand. The explorer ran the real code with one safeguard removed until it broke its guarantee, then ran the complete code through the same schedule, as far as possible. The state is read from the database and the server after each step. In these runs the database, the outbox’s relay and Redis are emulated; a test compares the emulated Redis with a real one. “Cache” and “Lease” are those of the key that is read.'
const MEANINGS =
  'R, R1, R2 read and W, W1, W2 write. P1 and P2 are processes. v1, v2 are versions of the row. A lease is the right to fill one key. A tag gets a new epoch when it is invalidated; an entry is usable only while its tag has the epoch that the entry carries. A write is acknowledged when its caller gets the answer that it is done; from then on, reads must return it. “later” reads come at the end, and must be current.'

export function racesPage(main: HTMLElement, races: readonly Race[]): void {
  const list = raceList(races)
  const steps = stepper((by) => go(moved(place, by)))
  const shown = element('article', { class: 'race' })
  const spoken = element('p', { class: 'unseen', 'aria-live': 'polite' })
  let place = placeOf(location.hash, races)
  let view = open(place.race)

  const side = element(
    'div',
    { class: 'side' },
    element('h1', {}, 'Races of a cache'),
    element('p', { class: 'intro' }, INTRO),
    list.menu,
    list.list,
  )
  const about = element('footer', { class: 'about' }, element('p', {}, MEANINGS), element('p', {}, METHOD))
  main.append(side, element('div', { class: 'exhibit' }, shown, about), spoken)
  new ResizeObserver(() => view.fit()).observe(shown)
  render()

  window.addEventListener('hashchange', () => {
    // The link to the content is not a race.
    if (location.hash === '#main') {
      history.replaceState(null, '', hashOf(place))
      return
    }
    const next = placeOf(location.hash, races)
    if (next.race !== place.race) window.scrollTo(0, 0)
    show(next)
  })

  function go(next: Place): void {
    // Not a new entry of the history for each step: Back leaves the race.
    history.replaceState(null, '', hashOf(next))
    show(next)
  }

  function show(next: Place): void {
    const isOther = next.race !== place.race
    place = next
    if (isOther) view = open(place.race)
    render()
  }

  function render(): void {
    document.title = `${place.race.title} · Races`
    list.show(place.race)
    steps.show(place.row, place.race.rows.length)
    spoken.textContent = view.show(place.row)
  }

  function open(race: Race): RaceView {
    const forms = [formView(race, 'broken'), formView(race, 'guarded')] as const
    const code = codeView(race, () => go({ race, row: race.decidedBy.row }))
    shown.replaceChildren(
      element('header', { class: 'race-head' }, element('h2', {}, race.title), steps.root),
      element('p', { class: 'idea' }, race.idea),
      element('div', { class: 'forms' }, ...forms.map(({ root }) => root)),
      code.root,
    )
    return {
      show(row) {
        code.show(row)
        return forms.map((form) => form.show(row)).join(' ')
      },
      fit() {
        for (const form of forms) form.fit()
      },
    }
  }
}

interface RaceView {
  /** @returns what happens, for screen readers. */
  show(row: number): string
  fit(): void
}
