/** The explorer's emulated memcached against a real one: the same commands get the same answers, except for the CAS. */
import { expect, it } from 'vitest'
import { EmulatedMemcached } from '../explorer/emulated-memcached.ts'
import { connectMemcached } from './backends.ts'

const commands = [
  'ms k 0 c T100 ME\r\n',
  'ms k 3 c T100 ME\r\nabc',
  'get k l',
  'ms k 0 c T0 MA C1\r\n',
  'ms k 0 c T0 MA\r\n',
  'mg k c',
  'mg k T50',
  'mg l c',
  'ms k 2 c T100 C1\r\nzz',
  'ms l 2 c T100 C1\r\nzz',
  'ms l 0 c T0 MA\r\n',
  'ms k 2 c T100\r\nzz',
  'get k l',
  'md k C1',
  'md k',
  'md k',
  'get k',
]

it('answers as a real one does', async () => {
  const node = (await connectMemcached()).nodes[0]!
  await node.connect()
  const emulated = new EmulatedMemcached(Date.now)
  const named = (answer: unknown) => (typeof answer === 'string' ? answer.replace(/ c[1-9]\d*/, ' c…') : answer)
  for (const command of commands) {
    const requestedKeys = command.split(' ').slice(1)
    const options = command.startsWith('get') ? { isMultiline: true, requestedKeys } : {}
    const [real, ours] = [await node.command(command, options), emulated.command(command)]
    expect([command, named(ours)]).toEqual([command, named(real)])
  }
})
