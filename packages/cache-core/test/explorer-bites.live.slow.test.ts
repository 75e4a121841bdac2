/** Findings on the emulated Redis also break the variant on a real one. */
import { expect } from 'vitest'
import { liveRedisBackend, replay } from '../explorer/index.ts'
import { connect } from './backends.ts'
import { testBites } from './bites-suite.ts'
import { broken, redis } from './broken.ts'

/** With the longer times for a real server, an entry outlasts the deadline of a command. */
const LASTS = 'the limit of a fallback is checked before the load'
const client = await connect()

testBites(
  broken.filter(({ backend }) => backend === redis),
  async (subject, { plan, schedule, violation }) => {
    if (subject.name === LASTS) return
    const backend = liveRedisBackend(client, `bites-${process.pid}-${subject.name}:`)
    const real = await replay({ ...subject, backend }, plan, schedule)
    expect(real.violation?.invariant, 'on a real Redis').toBe(violation.invariant)
  },
)
