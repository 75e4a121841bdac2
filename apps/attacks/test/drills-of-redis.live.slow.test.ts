import { drills } from '../src/drills/faults/index.ts'
import { testDrills } from './drill-suite.ts'

testDrills(drills.filter(({ name }) => name.startsWith('redis-')))
