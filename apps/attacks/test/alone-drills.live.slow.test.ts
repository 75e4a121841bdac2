import { expect, it } from 'vitest'
import { drills } from '../src/drills/faults/index.ts'
import { alone, testDrills } from './drill-suite.ts'

testDrills('alone')

it('every name of a drill that runs alone is that of a drill', () => {
  expect(drills.map(({ name }) => name)).toEqual(expect.arrayContaining(alone))
})
