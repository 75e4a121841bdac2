/** A Redis user with exactly the rules of docs/failures.md. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Place } from './write-behind.ts'

let place: Place
beforeEach(async () => {
  place = await Place.open()
  place.table.insert('k')
})
afterEach(() => place.close())

describe('a user with an ACL', () => {
  const page = readFileSync(new URL('../../../docs/failures.md', import.meta.url), 'utf8')
  const rulesAfter = (text: string) => new RegExp(`${text}: \`([^\`]+)\``).exec(page)![1]!
  const known = (rule: string) => place.server.name.startsWith('valkey') || rule !== '+waitaof' // 7.0 does not know it
  const rules = () => [
    ...rulesAfter('The cache needs these rules').replaceAll('PREFIX', 'c:').split(' '),
    ...rulesAfter("The queue needs these rules beside the cache's").split(' ').filter(known),
  ]
  const open = async (...more: string[]) => {
    await place.admin.acl('SETUSER', 'app', 'reset', 'on', '>secret', ...rules(), ...more)
    return place.process({
      url: place.server.url.replace('redis://', 'redis://app:secret@'),
      confirm: 'replicated',
      confirmMs: 1,
    })
  }

  it('needs no other rules than those of docs/failures.md', async () => {
    const a = await open()
    place.table.refuse = ({ command }) => JSON.stringify(command).includes('poison')
    place.table.insert('l')
    expect((await a.rename('k', 'one')).ack).toBe('memory')
    expect((await a.rename('l', 'poison')).ack).toBe('memory')
    const dead: unknown[] = []
    const flusher = a.flusher({ onDead: (write) => dead.push(write) })
    flusher.start()
    for (let i = 0; dead.length === 0; i++) {
      await a.rename('k', `${i}`)
      await expect.poll(() => place.table.rows.get('k')?.row.text).toBe(`${i}`)
    }
    await flusher.close()
    await a.log.drained(1_000)
    await a.cache.write({ keys: ['k'] }, async () => place.table.update('k', 'direct'))
    expect(place.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('not confirmed as replicated'),
    ])
  })

  it('without +xadd writes go to the database, and the log names the remedy', async () => {
    const a = await open('-xadd')
    expect((await a.rename('k', 'one')).ack).toBe('database')
    expect((await a.rename('k', 'two')).ack).toBe('database')
    expect(place.warnings[0]?.message).toContain('docs/failures.md')
    for (const { code } of place.warnings) expect(code).toBe('COMMAND_REFUSED')
  })
})
