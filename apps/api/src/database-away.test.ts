import type { PostsRepository } from 'posts-db'
import { expect, it } from 'vitest'
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

it.each([coded('42P01'), coded('BAD_OPTION'), new TypeError('x is undefined')])('is not away: %s', async (error) => {
  await expect(failing(error).byId(1)).rejects.toBe(error)
})
