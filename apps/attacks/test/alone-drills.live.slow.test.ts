import { expect, it } from 'vitest'
import { testDrills, unknownDrills } from './drill-suite.ts'

testDrills('alone')

it('every name of a drill in the suite is that of a drill', () => expect(unknownDrills).toEqual([]))
