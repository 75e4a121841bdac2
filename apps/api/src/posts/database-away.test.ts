import type { PostsRepository } from 'posts-db'
import { expect, it, vi } from 'vitest'
import { DatabaseAway, mapOutages } from './database-away.ts'

const failing = (error: Error) => mapOutages({ byId: () => Promise.reject(error) } as unknown as PostsRepository)
const coded = (code: string, message = 'something') => Object.assign(new Error(message), { code })

it.each([
  coded('ECONNREFUSED'),
  coded('57P01'),
  coded('53300'),
  coded('55000', 'database "posts" is not currently accepting connections'),
  coded('3D000', 'database "posts" does not exist'),
  coded('25006', 'cannot execute UPDATE in a read-only transaction'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Connection terminated unexpectedly'),
])('is an outage: %s', async (error) => {
  await expect(failing(error).byId(1)).rejects.toThrow(DatabaseAway)
  await expect(failing(error).byId(1)).rejects.toMatchObject({ cause: error })
})

it.each([
  coded('57P01'),
  coded('08P01', 'server conn crashed?'),
  coded('ECONNRESET'),
  new Error('Connection terminated unexpectedly'),
])('retries a read that lost its connection, at most 3 times: %s', async (error) => {
  const post = { id: 1, version: 1, json: '{}' }
  const byId = vi.fn().mockRejectedValueOnce(error).mockResolvedValue(post)
  expect(await mapOutages({ byId } as unknown as PostsRepository).byId(1)).toBe(post)
  expect(byId).toHaveBeenCalledTimes(2)
  const never = vi.fn().mockRejectedValue(error)
  await expect(mapOutages({ byId: never } as unknown as PostsRepository).byId(1)).rejects.toThrow(DatabaseAway)
  expect(never).toHaveBeenCalledTimes(4)
})

it.each([
  coded('ECONNREFUSED'),
  coded('57014'),
  coded('08P01', 'query_wait_timeout'),
  new Error('Connection terminated due to connection timeout'),
])('does not retry when the database is unreachable or too slow: %s', async (error) => {
  const byId = vi.fn().mockRejectedValue(error)
  await expect(mapOutages({ byId } as unknown as PostsRepository).byId(1)).rejects.toThrow(DatabaseAway)
  expect(byId).toHaveBeenCalledTimes(1)
})

it('leaves other errors unchanged: 55000 has several meanings', async () => {
  const error = coded('55000', 'lastval is not yet defined in this session')
  await expect(failing(error).byId(1)).rejects.toBe(error)
})

it('does not retry a write that lost its connection, since it may have been committed', async () => {
  const patch = vi.fn().mockRejectedValue(coded('57P01'))
  await expect(mapOutages({ patch } as unknown as PostsRepository).patch(1, {})).rejects.toThrow(DatabaseAway)
  expect(patch).toHaveBeenCalledTimes(1)
})

it.each([coded('42P01'), coded('BAD_OPTION'), new TypeError('x is undefined')])(
  'is not an outage: %s',
  async (error) => {
    await expect(failing(error).byId(1)).rejects.toBe(error)
  },
)
