/** An action that writes, where the database refuses the write of one strategy's copy. */
import { sql } from 'kysely'
import { expect, it, onTestFinished, vi } from 'vitest'
import { testApi } from './support/test-api.ts'

it.each(['write-hottest', 'write-around'])('%s marks those that were written, and says which was not', async (name) => {
  const api = await testApi({ store: 'memory', posts: 200 })
  onTestFinished(() => api.close())
  const { schema } = api.instances.named('write-through')
  await sql`ALTER TABLE ${sql.table(`${schema}.posts`)} RENAME TO hidden`.execute(api.database.kysely)
  const mark = vi.spyOn(api.events, 'mark')
  const answer = await api.send('POST', `/api/actions/${name}`, { strategies: ['write-through', 'cache-aside'] })
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { detail: expect.stringContaining('under write-through') },
  ])
  expect(mark).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ what: name, strategies: ['cache-aside'] }))
})
