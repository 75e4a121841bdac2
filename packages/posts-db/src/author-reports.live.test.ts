import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { seededRandom } from 'workload'
import { scratchSchemas } from '../test/scratch.ts'
import type { AuthorReport } from './author-reports.ts'
import { loadPosts } from './load-posts.ts'
import type { Post } from './post-json.ts'
import { type PostsRepository, postsRepository } from './posts-repository.ts'

const scratch = scratchSchemas()

interface Given {
  readonly author: string
  readonly content: string
  readonly title?: string
  readonly createdAt?: string
}

async function repositoryWith(posts: readonly Given[]): Promise<PostsRepository & { schema: string }> {
  const schema = await scratch.migrated()
  const rows = posts.map(({ author, content, title = 'A title', createdAt }) => ({
    author,
    content,
    title,
    ...(createdAt !== undefined && { created_at: createdAt }),
  }))
  if (rows.length > 0) await scratch.db().kysely.withSchema(schema).insertInto('posts').values(rows).execute()
  return { ...postsRepository(scratch.db(), schema), schema }
}

const reportOf = async (posts: PostsRepository) => JSON.parse((await posts.authors()).json) as AuthorReport[]

/** The same report in JavaScript, from the list of posts. */
function reference(posts: readonly Post[]): AuthorReport[] {
  const wordsOf = ({ content }: Post) => content.match(/[^ \t\n\v\f\r]+/g)?.length ?? 0
  return [...new Set(posts.map(({ author }) => author))]
    .map((author) => {
      const theirs = posts.filter((post) => post.author === author)
      const dates = theirs.map(({ createdAt }) => createdAt).toSorted()
      const longest = theirs.toSorted((a, b) => wordsOf(b) - wordsOf(a) || a.id - b.id)[0]!
      return {
        author,
        posts: theirs.length,
        words: theirs.reduce((sum, post) => sum + wordsOf(post), 0),
        firstPostAt: dates[0]!,
        lastPostAt: dates.at(-1)!,
        longestPost: { id: longest.id, title: longest.title, words: wordsOf(longest) },
      }
    })
    .sort((a, b) => b.posts - a.posts || Buffer.compare(Buffer.from(a.author), Buffer.from(b.author)))
}

test('has no authors without posts', async () => {
  const posts = await repositoryWith([])
  expect(await posts.authors()).toEqual({ json: '[]', count: 0 })
})

test('has these keys in this order, no white space, and dates in the format of posts', async () => {
  const posts = await repositoryWith([
    { author: 'Zoë "🌊" 王', title: 'Two\nlines', content: 'one two', createdAt: '2026-01-01T00:00:00.5Z' },
    { author: 'Zoë "🌊" 王', content: 'three', createdAt: '2025-02-03T04:05:06.007+01:00' },
  ])
  expect(await posts.authors()).toEqual({
    count: 1,
    json:
      '[{"author":"Zoë \\"🌊\\" 王","posts":2,"words":3,"firstPostAt":"2025-02-03T03:05:06.007Z",' +
      '"lastPostAt":"2026-01-01T00:00:00.500Z","longestPost":{"id":1,"title":"Two\\nlines","words":2}}]',
  })
})

test.each([
  ['', 0],
  [' \t\n\v\f\r ', 0],
  ['one', 1],
  ['  two   words  ', 2],
  ['tab\tline\nfeed\r\nform\ffeed\vvertical', 6],
  ['don’t – "quoted," (words)', 4],
  ['no\u00a0break', 1],
  ['em\u2003space', 1],
  ['ideographic\u3000space', 1],
  ['next\u0085line', 1],
  ['line\u2028separator', 1],
  ['unit\u001fseparator', 1],
  ['zero\u200bwidth', 1],
  ['back\\slash \\S+ S', 3],
  ['🌊 王 é', 3],
])('counts the words of %j: %d', async (content, words) => {
  const [report] = await reportOf(await repositoryWith([{ author: 'Ada', content }]))
  expect(report).toMatchObject({ posts: 1, words, longestPost: { id: 1, words } })
})

test('chooses the lowest id among equally long posts, even if that was written last', async () => {
  const posts = await repositoryWith([
    { author: 'Ada', content: 'one' },
    { author: 'Ada', content: 'one two', title: 'First of two' },
    { author: 'Ada', content: 'three four', title: 'Second of two' },
    { author: 'Bo', content: '', title: 'Empty' },
    { author: 'Bo', content: ' ' },
  ])
  await posts.patch(2, { content: 'five six' })
  expect((await reportOf(posts)).map(({ longestPost }) => longestPost)).toEqual([
    { id: 2, title: 'First of two', words: 2 },
    { id: 4, title: 'Empty', words: 0 },
  ])
})

test('is ordered by posts, then by the bytes of the author’s name, in any locale', async () => {
  const names = ['b', 'a', 'B', 'ä', 'Z', 'a b', 'ab', '\u{1f30a}', '\uffee', '-c']
  const posts = await repositoryWith([
    ...names.map((author) => ({ author, content: 'x' })),
    { author: 'Z', content: 'x' },
    { author: 'b', content: 'x' },
  ])
  expect((await reportOf(posts)).map(({ author }) => author)).toEqual([
    ...['Z', 'b'],
    ...['-c', 'B', 'a', 'a b', 'ab', 'ä', '\uffee', '\u{1f30a}'],
  ])
})

test('agrees with the list of posts and with Postgres’s own \\S for contents of any characters', async () => {
  const random = seededRandom(7)
  const spaces = [' ', '  ', '\t', '\n', '\r\n', '\v', '\f', '\u00a0', '\u2003', '\u3000', '\u0085', '\u001f']
  const words = ['a', 'word', '–', 'S', '\\s', '\\S+', '🌊', 'e\u0301', '王', '[^\\S ]']
  const anyOf = () => String.fromCodePoint(random.pick([1 + random.below(0xff), 0x2000 + random.below(0x1101)]))
  const part = () => random.pick([random.pick(spaces), random.pick(words), anyOf()])
  const authors = ['Ada', 'ada', 'Ada ', 'Zoë', 'Zoe\u0308', '王']
  const posts = await repositoryWith(
    Array.from({ length: 1_000 }, () => ({
      author: random.pick(authors),
      title: random.pick(['One', 'Two']),
      content: Array.from({ length: random.below(25) }, part).join(''),
      createdAt: new Date(random.below(2 ** 32) * 400).toISOString(),
    })),
  )
  const expected = reference(JSON.parse((await posts.all()).json))
  expect((await posts.authors()).json).toBe(JSON.stringify(expected))
  const { rows } = await sql<{ words: number }>`
    select sum((select count(*) from regexp_matches(content collate "C", '\\S+', 'g')))::integer as words
    from ${sql.id(posts.schema, 'posts')}`.execute(scratch.db().kysely)
  expect(expected.reduce((sum, { words }) => sum + words, 0)).toBe(rows[0]!.words)
})

test('agrees with the list of loaded posts, also after a write', async () => {
  const schema = await scratch.migrated()
  await loadPosts(scratch.db(), [schema], { count: 500 })
  const posts = postsRepository(scratch.db(), schema)
  const expected = async () => reference(JSON.parse((await posts.all()).json))
  expect(await reportOf(posts)).toEqual(await expected())
  await posts.create({ title: 'New', content: 'word '.repeat(1_000), author: 'New author' })
  await posts.delete(1)
  const report = await reportOf(posts)
  expect(report).toEqual(await expected())
  expect(report.at(-1)).toMatchObject({ author: 'New author', words: 1_000, longestPost: { id: 501, words: 1_000 } })
})
