import { expect, it } from 'vitest'
import { decimal, names, time } from './flag-values.ts'

const range = { min: 0, max: 60_000 }

it.each([
  [decimal('--x', range), '.5', 0.5],
  [decimal('--x', range), '12.25', 12.25],
  [time('--x', range), '250ms', 250],
  [time('--x', range), '1.5s', 1_500],
  [time('--x', range), '0', 0],
  [names('--x', ['a', 'b']), 'b, a', ['b', 'a']],
])('%o reads %j', (read, text, value) => {
  expect(read(text)).toEqual(value)
})

it.each([
  [decimal('--x', range), '1e3', '--x is "1e3"; give a number from 0 to 60000'],
  [decimal('--x', range), '', '--x is ""; give a number from 0 to 60000'],
  [time('--x', range), '5', '--x is "5"; give a time with its unit (250ms, 5s, 2m) from 0 ms to 60 s'],
  [time('--x', range), '2h', '--x is "2h"; give a time'],
  [names('--x', ['a', 'b']), 'a,c', '--x is "c"; give names out of a, b, separated by commas'],
  [names('--x', ['a', 'b']), 'a,a', '--x is "a,a"; give each name once'],
])('%o refuses %j', (read, text, message) => {
  expect(() => read(text)).toThrow(message)
})
