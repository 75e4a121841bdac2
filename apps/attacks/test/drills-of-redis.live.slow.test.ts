import { testDrills } from './drill-suite.ts'

testDrills('redis')
