/** The races to choose from: a list, or a menu where there is no room for one. */
import { element } from './dom.ts'
import { hashOf } from './place.ts'
import type { Race } from './race.ts'

export interface RaceList {
  readonly list: HTMLElement
  readonly menu: HTMLElement
  show(race: Race): void
}

export function raceList(races: readonly Race[]): RaceList {
  const links = races.map((race) => element('a', { href: hashOf({ race, row: 0 }) }, race.title))
  const list = element(
    'nav',
    { class: 'race-list', 'aria-label': 'Races' },
    element('ol', {}, ...links.map((link) => element('li', {}, link))),
  )
  const select = element(
    'select',
    { id: 'race-menu' },
    ...races.map(({ id, title }, i) => element('option', { value: id }, `${i + 1}. ${title}`)),
  )
  select.addEventListener('change', () => {
    location.hash = hashOf({ race: races[select.selectedIndex]!, row: 0 })
  })
  const menu = element('div', { class: 'race-menu' }, element('label', { for: 'race-menu' }, 'Race'), select)
  return {
    list,
    menu,
    show(race) {
      const chosen = races.indexOf(race)
      select.selectedIndex = chosen
      for (const [i, link] of links.entries()) {
        if (i === chosen) link.setAttribute('aria-current', 'true')
        else link.removeAttribute('aria-current')
      }
    },
  }
}
