import { strategyNames } from 'strategies'
import { expect, it } from 'vitest'
import { lookOf } from './look.ts'

it('no two strategies of the table look the same', () => {
  const unknown = 'none of them'
  const looks = [...strategyNames, unknown].map((name) => JSON.stringify(lookOf(name)))
  expect(new Set(looks).size).toBe(looks.length)
})
