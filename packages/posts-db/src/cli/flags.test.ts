import { expect, test } from 'vitest'
import { readFlags, UsageError, wholeNumber } from './flags.ts'

const read = (...argv: string[]) => readFlags(argv, ['count', 'schema'])

test.each([
  [['--count', '5'], '5'],
  [['--count=5'], '5'],
  [['--', '--count', '5'], '5'],
  [['--count', '-1'], '-1'],
  [['--count', '--schema'], '--schema'],
])('%j gives the flag the value %s', (argv, value) => {
  expect(read(...argv).values.get('count')).toEqual([value])
})

test('a flag may come several times', () => {
  expect(read('--schema', 'a', '--schema=b').values.get('schema')).toEqual(['a', 'b'])
})

test.each([[['--frob']], [['--frob=1']], [['-c', '1']], [['stray']], [['--count']], [['--count=']], [['--no-count']]])(
  '%j is refused in one line',
  (argv) => {
    expect(() => read(...argv)).toThrow(UsageError)
    expect(() => read(...argv)).toThrow(/^[^\n]+$/)
  },
)

test('--help and -h ask for help', () => {
  expect(read('--help').help).toBe(true)
  expect(read('-h').help).toBe(true)
  expect(read().help).toBe(false)
})

const range = { min: 1, max: 1000, default: 10 }
const number = (...given: string[]) => wholeNumber(new Map([['count', given]]), 'count', range)

test('a whole number in range is taken, none is the default', () => {
  expect(number('1')).toBe(1)
  expect(number('1000')).toBe(1000)
  expect(wholeNumber(new Map(), 'count', range)).toBe(10)
})

test.each(['0', '-1', '1.5', 'abc', '1001', '1e2', '0x10', ' 5', '+5', '05', '99999999999999999999', 'NaN'])(
  '%j is refused; the message names flag, value and range',
  (text) => {
    expect(() => number(text)).toThrow(
      `--count ${JSON.stringify(text)} is not allowed; give a whole number from 1 to 1000`,
    )
  },
)

test('a number given twice is refused', () => {
  expect(() => number('1', '2')).toThrow('2 times')
})
