import { strategyNames } from 'strategies'
import { expect, it } from 'vitest'
import { lookOf } from './look.ts'

it('every strategy of the table has its own look', () => {
  const unknown = 'none of them'
  const looks = [...strategyNames, unknown].map((name) => JSON.stringify(lookOf(name)))
  expect(new Set(looks).size).toBe(looks.length)
})
