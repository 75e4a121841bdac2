import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { makePosts } from './make-posts.ts'
import { authors } from './words.ts'

const all = (seed: number, count = 10_000) => makePosts({ from: 1, to: count, count, seed })
const words = (text: string) => text.split(' ').length

test('seed 1 makes these posts on every machine; if they change, raise `generator`', () => {
  const digest = createHash('sha256')
    .update(JSON.stringify(all(1)))
    .digest('hex')
  expect(digest).toBe('6b9bf02e27b12685769b8ffa3543f72428af6847e118d6450ffdcc7d278e9694')
})

test('another seed makes other posts', () => {
  const one = all(1, 500)
  const two = all(2, 500)
  expect(one.filter((post, index) => post.content === two[index]!.content).length).toBeLessThan(5)
})

test('a part made separately equals the same part of the whole', () => {
  expect(makePosts({ from: 401, to: 500, count: 500, seed: 7 })).toEqual(all(7, 500).slice(400))
})

test('posts have realistic lengths: about 3.6 MB of JSON for 10,000', () => {
  const posts = all(1)
  for (const post of posts) {
    expect(words(post.title)).toBeGreaterThanOrEqual(4)
    expect(words(post.title)).toBeLessThanOrEqual(10)
    expect(post.content).toMatch(/^([^.]+\.( |$)){1,3}$/)
  }
  const json = JSON.stringify(
    posts.map(({ created_at, ...post }) => ({ ...post, createdAt: created_at, updatedAt: created_at, version: 1 })),
  )
  expect(Buffer.byteLength(json) / posts.length).toBeGreaterThan(340)
  expect(Buffer.byteLength(json) / posts.length).toBeLessThan(380)
  expect(new Set(posts.map((post) => post.author))).toEqual(new Set(authors))
})

test.each([1, 3, 10_000])('the dates of %d posts rise through the year before 2026', (count) => {
  const dates = all(1, count).map((post) => post.created_at)
  expect([...dates].sort()).toEqual(dates)
  expect(dates[0]! >= '2025-01-01T00:00:00.000Z').toBe(true)
  expect(dates.at(-1)! < '2026-01-01T00:00:00.000Z').toBe(true)
})
