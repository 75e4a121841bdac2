/** Invalid arguments from JavaScript callers. */
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory.ts'
import { redisOptions } from './ioredis-client.ts'
import { redisStore, resilientRedisStore, watchRedis } from './redis-store.ts'

const client = new Redis('redis://127.0.0.1:1', { ...redisOptions, lazyConnect: true })
afterAll(() => client.disconnect())

describe('redisStore', () => {
  it.each([
    [undefined, /^the argument of redisStore is undefined; give an object with client, prefix/],
    [null, /^the argument of redisStore is null/],
    [{ client }, /^prefix is undefined; give a name of your own/],
    [{ client, prefix: null }, /^prefix is null/],
    [{ client, prefix: 7 }, /^prefix is 7/],
    [{ client, prefix: 'a{b' }, /^prefix is "a\{b"/],
    [{ client, prefx: 'a:' }, /redisStore has no option "prefx"; did you mean prefix\?/],
    [{ client, prefix: 'a:', outbox: {} }, /^outbox is .*createOutbox/],
    [{ client, prefix: 'a:', onFailure: 'log' }, /^onFailure is .*function/],
    [{ client, prefix: 'a:', onWarning: 'log' }, /^onWarning is .*function/],
    [{ client, prefix: 'a:', ownsConnection: 'yes' }, /^ownsConnection is "yes".*true or false/],
  ])('refuses %o', (options, message) => {
    expect(() => redisStore(options as never)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
    )
  })
})

describe('a second store on one client and prefix', () => {
  const writeLog = { prefix: 'same:', buckets: 4 }
  const queueless = {}

  it.each([
    [
      'without the queue of the first',
      { writeLog },
      queueless,
      /^writeLog is undefined; .*"same:".*a queue of 4 buckets/,
    ],
    ['with a queue', queueless, { writeLog }, /^writeLog is .*no queue/],
    ['with another number of buckets', { writeLog }, { writeLog: { ...writeLog, buckets: 8 } }, /a queue of 4 buckets/],
  ])(
    'is refused %s, until the first is closed: its entries have other names',
    async (_what, first, second, message) => {
      const open = (options: object) => redisStore({ client, prefix: 'same:', ...options })
      const [one, two] = [open(first), open(first)]
      const refused = expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) })
      expect(() => open(second)).toThrow(refused)
      await one.close()
      expect(() => open(second)).toThrow(refused)
      await two.close()
      await open(second).close()
    },
  )
})

it.each([
  [() => watchRedis(client, undefined as never), /^the argument of watchRedis is undefined/],
  [() => watchRedis(client, { onAway() {} } as never), /^onBack is undefined/],
  [() => resilientRedisStore(client, memoryStore(), { onFail() {} } as never), /no option "onFail"/],
])('refuses an invalid watcher and invalid options of resilientRedisStore: %s', (call, message) => {
  expect(call).toThrow(expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }))
})
