import fc from 'fast-check'
import { expect, it } from 'vitest'
import { redisKeys } from './redis-keys.ts'

const keys = redisKeys('blog:')

it('knows from a name which entry or tag it is of', () => {
  const texts = fc.oneof(fc.string(), fc.constantFrom('', '}', '\\', '{', 'a}', '{wb3}a', 'e:', 'ü'))
  fc.assert(
    fc.property(texts, (text) => {
      expect(keys.whatIs(keys.entry(text))).toEqual({ key: text })
      expect(keys.whatIs(keys.tag(text))).toEqual({ tag: text })
    }),
  )
})

it('knows no other names', () => {
  for (const name of ['', 'blog:', 'blog:e:', 'blog:e:k', 'blog:l:{k}', 'blog:w:{k}', 'shop:e:{k}', 'shop:t:k']) {
    expect(keys.whatIs(name), name).toBeUndefined()
  }
})
