import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { cpuMsOf, familyCpuMsOf, machineTime } from './cpu-time.ts'

/** Uses about `ms` of CPU time. */
const burn = (ms: number) => [
  '-e',
  `const end = process.cpuUsage().user + ${ms}e3; while (process.cpuUsage().user < end);`,
]

describe.skipIf(process.platform !== 'linux')('CPU time', () => {
  it('of a process agrees with process.cpuUsage() within 50 ms', () => {
    const { user, system } = process.cpuUsage()
    expect(Math.abs(cpuMsOf(process.pid)! - (user + system) / 1_000)).toBeLessThan(50)
  })

  it('of a family counts children that have ended', () => {
    const before = familyCpuMsOf(process.pid)!
    execFileSync(process.execPath, burn(300))
    expect(familyCpuMsOf(process.pid)! - before).toBeGreaterThan(250)
  })

  it('of a family counts running children', async () => {
    const child = spawn(process.execPath, [
      '-e',
      'process.stdin.resume(); for (const end = Date.now() + 300; Date.now() < end;); console.log("burnt")',
    ])
    const before = familyCpuMsOf(process.pid)! - cpuMsOf(process.pid)!
    await once(child.stdout, 'data')
    expect(familyCpuMsOf(process.pid)! - cpuMsOf(process.pid)! - before).toBeGreaterThan(50)
    child.kill()
  })

  it('of a process that has ended is undefined', () => {
    expect(cpuMsOf(2 ** 22 + 1)).toBeUndefined()
    expect(familyCpuMsOf(2 ** 22 + 1)).toBeUndefined()
  })

  it('of the machine rises, its busy part no faster than all of it', () => {
    const before = machineTime()!
    execFileSync(process.execPath, burn(200))
    const after = machineTime()!
    expect(after.busy).toBeGreaterThan(before.busy)
    expect(after.busy - before.busy).toBeLessThanOrEqual(after.all - before.all)
  })
})
