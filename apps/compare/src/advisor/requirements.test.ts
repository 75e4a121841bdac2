import { UsageError } from 'command-line'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addRequirementOptions, hasRequirements, readRequirements } from './requirements.ts'

describe('readRequirements', () => {
  it('has no limits by default, except that no write may be lost', () => {
    expect(readRequirements({})).toEqual({ mayLoseWrites: false })
  })

  it('reads the flags as commander passes them', () => {
    const command = addRequirementOptions(new Command())
    const flags =
      '--max-staleness 1s --max-age 6s --p99 20ms --max-waiting 5/s --max-db-load 50/s --may-lose-writes yes'
    command.parse(flags.split(' '), { from: 'user' })
    expect(readRequirements(command.opts())).toEqual({
      maxStalenessMs: 1_000,
      maxAgeMs: 6_000,
      p99Ms: 20,
      maxWaitingPerSecond: 5,
      maxLoadsPerSecond: 50,
      mayLoseWrites: true,
    })
  })

  it.each([
    ['0', 0],
    ['250ms', 250],
    ['1.5s', 1_500],
    ['2m', 120_000],
  ])('reads %s as a time', (text, ms) => {
    expect(readRequirements({ maxStaleness: text }).maxStalenessMs).toBe(ms)
  })

  it.each([
    [{ maxStaleness: '5' }, '--max-staleness is "5"; give a time with its unit (250ms, 5s, 2m) from 0 ms to 86400 s'],
    [
      { maxStaleness: '-1s' },
      '--max-staleness is "-1s"; give a time with its unit (250ms, 5s, 2m) from 0 ms to 86400 s',
    ],
    [{ p99: '1 s' }, '--p99 is "1 s"; give a time with its unit (250ms, 5s, 2m) from 1 ms to 86400 s'],
    [{ p99: '0' }, '--p99 is "0"; give a time with its unit (250ms, 5s, 2m) from 1 ms to 86400 s'],
    [{ maxDbLoad: '50' }, '--max-db-load is "50"; give loads per second, like 50/s'],
    [{ maxDbLoad: '50/min' }, '--max-db-load is "50/min"; give loads per second, like 50/s'],
    [{ mayLoseWrites: 'maybe' }, '--may-lose-writes is "maybe"; give yes or no'],
  ])('rejects %o', (flags, message) => {
    expect(() => readRequirements(flags)).toThrow(new UsageError(message))
  })
})

describe('hasRequirements', () => {
  it('is true if any flag was given', () => {
    expect([hasRequirements({}), hasRequirements({ mayLoseWrites: 'no' })]).toEqual([false, true])
  })
})
