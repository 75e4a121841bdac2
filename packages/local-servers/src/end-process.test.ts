import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { endProcess } from './end-process.ts'

/** Resolves when the script prints `ready`. Its children inherit the output, so `close` comes when all are gone. */
async function start(script: string, detached: boolean) {
  const child = spawn('sh', ['-c', script], { detached, stdio: ['ignore', 'pipe', 'ignore'] })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  return { child, closed }
}

describe('endProcess', () => {
  it('ends only the process if it leads no group', async () => {
    const { child, closed } = await start('echo ready; exec sleep 600', false)
    await endProcess(child.pid!, 5_000)
    expect(await closed).toEqual([null, 'SIGTERM'])
  })

  it('ends the children of a group leader too', async () => {
    const { child, closed } = await start('sleep 600 & echo ready; wait', true)
    await endProcess(child.pid!, 5_000)
    expect(await closed).toEqual([null, 'SIGTERM'])
  })

  it('kills processes that ignore SIGTERM after the grace period', async () => {
    const { child, closed } = await start('trap "" TERM; echo ready; sleep 600', true)
    await endProcess(child.pid!, 50)
    expect(await closed).toEqual([null, 'SIGKILL'])
  })

  it('accepts a process that is already gone', async () => {
    const { child, closed } = await start('echo ready', false)
    await closed
    await endProcess(child.pid!, 5_000)
  })
})
