import { it } from 'vitest'
import { holdsIn } from './write-behind-schedules.ts'

it('write-behind holds in 150 schedules on a real Redis', () => holdsIn(150), 600_000)
