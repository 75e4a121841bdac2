import { expect, test } from 'vitest'
import { postInput, postPatch } from './post-input.ts'

const post = { title: 'A title', content: 'Some words.', author: 'Ada' }

test('trims title and author, but not content', () => {
  expect(postInput.parse({ title: ' A title\n', content: ' c ', author: '\tAda ' })).toEqual({
    title: 'A title',
    content: ' c ',
    author: 'Ada',
  })
})

test('accepts the maximum lengths, and refuses one more character', () => {
  const longest = { title: 't'.repeat(200), content: 'c'.repeat(20_000), author: 'a'.repeat(100) }
  expect(postInput.safeParse(longest).success).toBe(true)
  for (const [field, value] of Object.entries(longest)) {
    expect(postInput.safeParse({ ...longest, [field]: `${value}x` }).success).toBe(false)
  }
})

test.each([
  { title: '' },
  { title: '  ' },
  { author: ' ' },
  { title: 'a\0b' },
  { content: '\0' },
  { author: 'half a pair: \ud83d' },
  { title: 7 },
  { content: null },
  { content: undefined },
  { id: 5 },
  { version: 2 },
  { createdAt: '2026-01-01T00:00:00.000Z' },
])('refuses a post with %j', (change) => {
  expect(postInput.safeParse({ ...post, ...change }).success).toBe(false)
})

test('content may be empty', () => {
  expect(postInput.safeParse({ ...post, content: '' }).success).toBe(true)
})

test.each([{}, { title: undefined }, { title: ' ' }, { version: 3 }, { title: 'a', extra: 1 }, [], null, 'x'])(
  'refuses the patch %j',
  (patch) => {
    expect(postPatch.safeParse(patch).success).toBe(false)
  },
)

test('a patch may set any one field', () => {
  for (const [field, value] of Object.entries(post))
    expect(postPatch.parse({ [field]: value })).toEqual({ [field]: value })
})
