import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findPostgresServer } from './find-postgres-server.ts'
import { createScratchDatabase, hostOf, isEmbedded } from './scratch-database.ts'
import { startPostgresServer } from './start-postgres-server.ts'

describe('hostOf', () => {
  it.each([
    ['postgres://user:secret@db.example:5433/posts', 'db.example:5433'],
    ['postgresql://user:secret@db.example/posts', 'db.example:5432'],
    ['redis://:secret@127.0.0.1', '127.0.0.1:6379'],
    ['no url with a secret', 'an invalid URL'],
  ])('of %s is %s', (url, host) => {
    expect(hostOf(url)).toBe(host)
  })
})

describe('createScratchDatabase', () => {
  it('names a server that does not answer, but not the password', async () => {
    const failure = createScratchDatabase('postgres://user:secret@127.0.0.1:1/posts')
    await expect(failure).rejects.toThrow("can't create a database on 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1")
  })

  it.runIf(findPostgresServer())('makes separate databases, copies one, and drops one that is in use', async () => {
    const server = await startPostgresServer()
    onTestFinished(() => server.stop())
    expect(await isEmbedded(server.url)).toBe(false)
    const [one, other] = await Promise.all([createScratchDatabase(server.url), createScratchDatabase(server.url)])
    const client = new pg.Client(one.url)
    client.on('error', () => {})
    await client.connect()
    await client.query('CREATE TABLE mine (value int)')
    const ask = async ({ url }: { url: string }, sql: string) => {
      const neighbour = new pg.Client(url)
      await neighbour.connect()
      return (await neighbour.query(sql).finally(() => neighbour.end())).rows
    }
    const tables = `SELECT to_regclass('mine') AS mine, to_regclass('theirs') AS theirs`
    await ask(other, 'CREATE TABLE theirs (value int)')
    expect(await ask(other, tables)).toEqual([{ mine: null, theirs: 'theirs' }])
    const copy = await createScratchDatabase(server.url, other)
    expect(await ask(copy, tables)).toEqual([{ mine: null, theirs: 'theirs' }])
    await Promise.all([one.drop(), other.drop(), copy.drop()])
    await expect(new pg.Client(one.url).connect()).rejects.toThrow(/does not exist/)
  })
})
