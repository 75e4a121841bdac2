import { describe, expect, it } from 'vitest'
import { libraries } from '../src/libraries/index.ts'
import { libraryNames } from '../src/libraries/names.ts'
import { prove } from '../src/prove.ts'

const redisUrl = process.env.TEST_REDIS_URL!

describe.each(libraryNames)('%s', (name) => {
  it('answers correctly in each use', async () => {
    const proofs = await prove(name, redisUrl)
    const { near, shared, tagged, process } = libraries[name]
    expect(proofs.map(({ use }) => use)).toEqual(
      Object.entries({ near, shared, tagged, process }).flatMap(([use, open]) => (open ? [use] : [])),
    )
  })
})
