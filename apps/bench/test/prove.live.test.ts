import { describe, expect, it } from 'vitest'
import { libraries } from '../src/libraries/index.ts'
import type { Library, OpenCache } from '../src/libraries/library.ts'
import { libraryNames } from '../src/libraries/names.ts'
import { prove } from '../src/prove.ts'

const redisUrl = process.env.TEST_REDIS_URL!

describe.each(libraryNames)('%s', (name) => {
  it('answers correctly in each use', async () => {
    const proofs = await prove(name, redisUrl)
    const { near, shared, tagged, process } = libraries[name]
    const uses = Object.entries({ near, shared, tagged, process }).flatMap(([use, open]) => (open ? [use] : []))
    expect(proofs.map(({ use }) => use)).toEqual(uses)
  })
})

describe('a wrong library is refused:', () => {
  const { floor } = libraries
  /** The floor with one call replaced. */
  const broken = (use: 'near' | 'shared' | 'tagged', replace: (cache: OpenCache) => Partial<OpenCache>): Library => ({
    title: 'broken',
    package: 'broken',
    form: floor.form,
    coldLoads: floor.coldLoads,
    async [use](setting: Parameters<NonNullable<Library['near']>>[0]) {
      const cache = await (use === 'near' ? floor.near! : floor.shared!)(setting)
      return { ...cache, ...replace(cache) }
    },
  })
  const proving = (library: Library) => prove('cachified', redisUrl, { ...libraries, cachified: library })

  it('a write that leaves the old value', async () => {
    const library = broken('near', () => ({ write: (_key, commit) => commit() }))
    await expect(proving(library)).rejects.toThrow('cachified, near: not true that a write invalidates')
  })

  it('a read that always loads', async () => {
    const library = broken('near', (cache) => ({
      async read(key) {
        await cache.write(key, async () => {})
        return cache.read(key)
      },
    }))
    await expect(proving(library)).rejects.toThrow(
      'not true that a read returns the value, and the next one is a hit: 2 loads',
    )
  })

  it('a tag that invalidates nothing', async () => {
    const library = broken('tagged', () => ({ invalidateTag: async () => {} }))
    await expect(proving(library)).rejects.toThrow('not true that the tag author:7 invalidates')
  })

  it('many keys of which one is another', async () => {
    const library = broken('shared', (cache) => ({
      readMany: (keys) => Promise.all(keys.map(() => cache.read(keys[0]!))),
    }))
    await expect(proving(library)).rejects.toThrow('not true that many keys at once')
  })
})
