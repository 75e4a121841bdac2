import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createScratchDatabase, hostOf } from './scratch-database.ts'

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

  it.runIf(process.env.DATABASE_URL)('makes separate databases, and drops one that is in use', async () => {
    const serverUrl = process.env.DATABASE_URL!
    const [one, other] = await Promise.all([createScratchDatabase(serverUrl), createScratchDatabase(serverUrl)])
    const client = new pg.Client(one.url)
    client.on('error', () => {})
    await client.connect()
    await client.query('CREATE TABLE mine (value int)')
    const neighbour = new pg.Client(other.url)
    await neighbour.connect()
    expect((await neighbour.query(`SELECT to_regclass('mine') AS table`)).rows).toEqual([{ table: null }])
    await neighbour.end()
    await Promise.all([one.drop(), other.drop()])
    await expect(new pg.Client(one.url).connect()).rejects.toThrow(/does not exist/)
  })
})
