import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { startMemcached } from './start-memcached.ts'

async function ask(port: number, command: string): Promise<string> {
  const socket = createConnection(port, '127.0.0.1')
  socket.write(`${command}\r\nquit\r\n`)
  return text(socket)
}

describe('startMemcached', () => {
  it('serves when it resolves, holds at most 64 MB, and is gone after stop, even if it hangs', async () => {
    const server = await startMemcached()
    expect(await ask(server.port, 'stats')).toContain(`STAT limit_maxbytes ${64 * 2 ** 20}`)
    process.kill(server.pid, 'SIGSTOP')
    await server.stop()
    await expect(ask(server.port, 'version')).rejects.toThrow('ECONNREFUSED')
  })

  it('starts again on the same port after a crash, empty', async () => {
    const first = await startMemcached()
    expect(await ask(first.port, 'set k 0 0 1\r\nv')).toContain('STORED')
    await first.stop()
    const second = await startMemcached({ port: first.port })
    expect(await ask(second.port, 'get k')).toBe('END\r\n')
    await second.stop()
  })

  it('rejects with its output if it does not start', async () => {
    await expect(startMemcached({ args: ['--no-such-option'] })).rejects.toThrow(/did not serve: .*no-such-option/)
  })
})
