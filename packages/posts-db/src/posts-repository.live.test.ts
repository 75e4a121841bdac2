import { beforeAll, describe, expect, test } from 'vitest'
import { scratchSchemas } from '../test/scratch.ts'
import { loadPosts } from './load-posts.ts'
import type { Post } from './post-json.ts'
import { type PostsRepository, postsRepository } from './posts-repository.ts'

const scratch = scratchSchemas()
const input = { title: 'A title', content: 'Some words.', author: 'Ada' }
const hard = { title: '"quoted" \\ back', content: 'line\nline\r\t\u0001\u2028 </script> {}', author: 'Zoë 🌊 王' }

async function emptyRepository(): Promise<PostsRepository> {
  return postsRepository(scratch.db(), await scratch.migrated())
}

async function repositoryOf(count: number): Promise<PostsRepository> {
  const schema = await scratch.migrated()
  await loadPosts(scratch.db(), [schema], { count })
  return postsRepository(scratch.db(), schema)
}

const parse = (json: string | undefined): Post => JSON.parse(json!)

describe('the JSON of a post', () => {
  let posts: PostsRepository
  beforeAll(async () => {
    posts = await repositoryOf(50)
    await posts.create(hard)
    await posts.patch(3, { content: hard.content })
  })

  test('has these keys in this order, no white space, dates with milliseconds and Z', async () => {
    const created = await posts.create(input)
    expect(created.json).toMatch(
      /^{"id":\d+,"title":"A title","content":"Some words\.","author":"Ada","createdAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","updatedAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","version":1}$/,
    )
    expect(Math.abs(Date.parse(parse(created.json).createdAt) - Date.now())).toBeLessThan(60_000)
    expect(parse(created.json).updatedAt).toBe(parse(created.json).createdAt)
  })

  test('is the same bytes by id, in the list, in a page and from the write', async () => {
    const written = await posts.replace(5, hard)
    const { json } = await posts.all()
    const page = await posts.page({ limit: 1000 })
    expect(page.json).toBe(json)
    const ids = (JSON.parse(json) as Post[]).map((post) => post.id)
    const single = await Promise.all(ids.map((id) => posts.byId(id)))
    expect(`[${single.map((post) => post!.json).join(',')}]`).toBe(json)
    expect(await posts.byId(5)).toEqual(written)
  })

  test('preserves every character', async () => {
    expect(parse((await posts.create(hard)).json)).toMatchObject(hard)
  })

  test('has the same id and version as the fields beside it', async () => {
    const post = await posts.patch(9, { author: 'Bo' })
    expect(parse(post!.json)).toMatchObject({ id: post!.id, version: post!.version, author: 'Bo' })
  })
})

test('finds those of several ids that exist, each once, with the bytes of byId', async () => {
  const posts = await repositoryOf(5)
  const found = await posts.byIds([4, 2, 99, 2, 0, -1, 1.5, 2 ** 31, Number.NaN])
  expect(found.sort((a, b) => a.id - b.id)).toEqual([await posts.byId(2), await posts.byId(4)])
  expect(await posts.byIds([])).toEqual([])
  expect(await posts.byIds([99, 2 ** 53])).toEqual([])
})

test('returns an empty list for an empty table', async () => {
  const posts = await emptyRepository()
  expect(await posts.all()).toEqual({ json: '[]', count: 0 })
  expect(await posts.page({ limit: 10 })).toEqual({ json: '[]' })
  expect(await posts.count()).toBe(0)
})

test('count stops at its limit', async () => {
  const posts = await repositoryOf(30)
  expect(await posts.count()).toBe(30)
  expect(await posts.count(31)).toBe(30)
  expect(await posts.count(10)).toBe(10)
})

test.each([0, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])(
  'does not find id %d, without an error',
  async (id) => {
    const posts = await repositoryOf(2)
    expect(await posts.byId(id)).toBeUndefined()
    expect(await posts.patch(id, { title: 'x' })).toBeUndefined()
    expect(await posts.replace(id, input)).toBeUndefined()
    expect(await posts.delete(id)).toBe(false)
  },
)

test('does not find an id that was never used, or was deleted', async () => {
  const posts = await repositoryOf(2)
  expect(await posts.byId(2_147_483_647)).toBeUndefined()
  expect(await posts.delete(1)).toBe(true)
  expect(await posts.delete(1)).toBe(false)
  expect(await posts.byId(1)).toBeUndefined()
  expect(await posts.patch(1, { title: 'x' })).toBeUndefined()
  expect(await posts.replace(1, input)).toBeUndefined()
})

test('patch changes only the given fields', async () => {
  const posts = await repositoryOf(3)
  const before = parse((await posts.byId(2))!.json)
  const after = parse((await posts.patch(2, { title: 'Only this' }))!.json)
  expect(after).toEqual({ ...before, title: 'Only this', version: 2, updatedAt: after.updatedAt })
  expect(after.updatedAt > before.updatedAt).toBe(true)
})

test('never writes properties that are not fields of a post', async () => {
  const posts = await repositoryOf(3)
  const sneaky = { ...input, id: 99, version: 99, created_at: '1970-01-01T00:00:00Z' }
  const before = parse((await posts.byId(1))!.json)
  expect(parse((await posts.replace(1, sneaky))!.json)).toMatchObject({
    id: 1,
    version: 2,
    createdAt: before.createdAt,
  })
  expect(parse((await posts.patch(1, sneaky))!.json)).toMatchObject({ id: 1, version: 3, createdAt: before.createdAt })
  expect((await posts.create(sneaky)).id).toBe(4)
})

test('an empty patch throws BAD_OPTION', async () => {
  const posts = await repositoryOf(1)
  await expect(posts.patch(1, {})).rejects.toMatchObject({ code: 'BAD_OPTION' })
  expect((await posts.byId(1))!.version).toBe(1)
})

test('50 concurrent patches raise the version 50 times, and each answer has its own version', async () => {
  const posts = await repositoryOf(1)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => posts.patch(1, { title: `Title ${index}` })),
  )
  expect(answers.map((post) => post!.version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, i) => i + 2),
  )
  const last = answers.find((post) => post!.version === 51)
  expect(await posts.byId(1)).toEqual(last)
  const dates = answers.toSorted((a, b) => a!.version - b!.version).map((post) => parse(post!.json).updatedAt)
  expect(dates.toSorted()).toEqual(dates)
})

describe('pages', () => {
  test('cover all posts once, and the last page has no next', async () => {
    const posts = await repositoryOf(25)
    const first = await posts.page({ limit: 10 })
    expect(first).toMatchObject({ lastId: 10, next: 10 })
    const second = await posts.page({ limit: 10, after: 10 })
    const third = await posts.page({ limit: 10, after: 20 })
    expect(third.lastId).toBe(25)
    expect(third).not.toHaveProperty('next')
    const joined = [first, second, third].flatMap((page) => JSON.parse(page.json) as Post[])
    expect(JSON.stringify(joined)).toBe((await posts.all()).json)
    expect(await posts.page({ limit: 10, after: 25 })).toEqual({ json: '[]' })
    expect(await posts.page({ limit: 25 })).not.toHaveProperty('next')
  })

  test('show each remaining row exactly once while others are deleted', async () => {
    const posts = await repositoryOf(300)
    const deleted = new Set<number>()
    const seen: number[] = []
    let after: number | undefined = 0
    while (after !== undefined) {
      const page = await posts.page({ limit: 7, after })
      seen.push(...(JSON.parse(page.json) as Post[]).map((post) => post.id))
      // The page's last row (where the next page starts), one before it and two after it.
      for (const id of [page.lastId!, page.lastId! - 3, page.lastId! + 1, page.lastId! + 9]) {
        if (await posts.delete(id)) deleted.add(id)
      }
      after = page.next
    }
    expect(new Set(seen).size).toBe(seen.length)
    const stayed = Array.from({ length: 300 }, (_, index) => index + 1).filter((id) => !deleted.has(id))
    expect(deleted.size).toBeGreaterThan(50)
    expect(seen).toEqual(expect.arrayContaining(stayed))
  })

  test.each([2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER])('have no posts after %d', async (after) => {
    expect(await (await repositoryOf(2)).page({ limit: 5, after })).toEqual({ json: '[]' })
  })

  test.each([{ limit: 0 }, { limit: 1.5 }, { limit: 1, after: -1 }, { limit: 1, after: Number.NaN }])(
    'throw BAD_OPTION for %j',
    async (options) => {
      await expect((await emptyRepository()).page(options)).rejects.toMatchObject({ code: 'BAD_OPTION' })
    },
  )
})
