import { expect, it } from 'vitest'
import { loadFields, settingOf, shownValue } from './load-fields.ts'

const field = (name: string) => loadFields.find((each) => each.name === name)!

it('shows shares in percent and times in seconds', () => {
  expect(shownValue(field('writeShare'), 0.02)).toBe('2')
  expect(shownValue(field('ttlMs'), 1_500)).toBe('1.5')
})

it.each([
  ['writeShare', '7', 0.07],
  ['writeShare', '0.5', 0.005],
  ['ttlMs', '1.1', 1_100],
  ['zipf', '0.3', 0.3],
])('sends %s %s as %d', (name, shown, setting) => {
  expect(settingOf(field(name), shown)).toBe(setting)
})
