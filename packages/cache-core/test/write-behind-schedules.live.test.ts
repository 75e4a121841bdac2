import { it } from 'vitest'
import { holdsIn } from './write-behind-schedules.ts'

it('write-behind holds in 6 schedules on a real Redis', () => holdsIn(6), 60_000)
