import type { PostsRepository } from 'posts-db'
import { expect, it, vi } from 'vitest'
import { DatabaseAway, noticingOutages } from './database-away.ts'

const failing = (error: Error) => noticingOutages({ byId: () => Promise.reject(error) } as unknown as PostsRepository)
const coded = (code: string) => Object.assign(new Error('something'), { code })

it.each([
  coded('ECONNREFUSED'),
  coded('57P01'),
  coded('53300'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Connection terminated unexpectedly'),
])('is away: %s', async (error) => {
  await expect(failing(error).byId(1)).rejects.toThrow(DatabaseAway)
  await expect(failing(error).byId(1)).rejects.toMatchObject({ cause: error })
})

it.each([coded('57P01'), coded('ECONNRESET'), new Error('Connection terminated unexpectedly')])(
  'a read that lost its connection is asked again, three times at most: %s',
  async (error) => {
    const post = { id: 1, version: 1, json: '{}' }
    const byId = vi.fn().mockRejectedValueOnce(error).mockResolvedValue(post)
    expect(await noticingOutages({ byId } as unknown as PostsRepository).byId(1)).toBe(post)
    expect(byId).toHaveBeenCalledTimes(2)
    const never = vi.fn().mockRejectedValue(error)
    await expect(noticingOutages({ byId: never } as unknown as PostsRepository).byId(1)).rejects.toThrow(DatabaseAway)
    expect(never).toHaveBeenCalledTimes(4)
  },
)

it.each([coded('ECONNREFUSED'), coded('57014'), new Error('Connection terminated due to connection timeout')])(
  'a database that is not there, or takes too long, is not waited for twice: %s',
  async (error) => {
    const byId = vi.fn().mockRejectedValue(error)
    await expect(noticingOutages({ byId } as unknown as PostsRepository).byId(1)).rejects.toThrow(DatabaseAway)
    expect(byId).toHaveBeenCalledTimes(1)
  },
)

it('a write that lost its connection may have happened, and is not done again', async () => {
  const patch = vi.fn().mockRejectedValue(coded('57P01'))
  await expect(noticingOutages({ patch } as unknown as PostsRepository).patch(1, {})).rejects.toThrow(DatabaseAway)
  expect(patch).toHaveBeenCalledTimes(1)
})

it.each([coded('42P01'), coded('BAD_OPTION'), new TypeError('x is undefined')])('is not away: %s', async (error) => {
  await expect(failing(error).byId(1)).rejects.toBe(error)
})
