import { it } from 'vitest'
import { holdsIn } from './write-behind-schedules.ts'

it('write-behind holds in 50 schedules on a real Redis', () => holdsIn(50), 600_000)
