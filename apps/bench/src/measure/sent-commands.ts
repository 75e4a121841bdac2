import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'

/**
 * How many commands clients send while `work` runs, without those that scripts call, which INFO can't tell apart. MONITOR slows the
 * server, so never in a timed window.
 */
export async function sentCommands(redis: Redis, work: () => Promise<void>): Promise<number> {
  const monitor = await redis.monitor()
  const end = randomUUID()
  let sent = 0
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [name, argument]: string[], source: string) => {
      if (argument === end) resolve()
      else if (source !== 'lua' && name!.toLowerCase() !== 'info') sent++
    })
  })
  try {
    await work()
    await redis.echo(end)
    await ended
    return sent
  } finally {
    monitor.disconnect()
  }
}
