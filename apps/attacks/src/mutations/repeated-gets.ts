/** GETs that the API answers from memory without their route. */
import type { Mutation } from './mutation.ts'

const memoryHits = 'apps/api/src/posts/memory-hits.ts'

const repeated = (name: string, without: string, find: string, replace: string): Mutation => ({
  name: `repeated GETs: ${name}`,
  without,
  suites: ['repeated GETs'],
  edits: [{ file: memoryHits, find, replace }],
})

export const repeatedGets: readonly Mutation[] = [
  repeated(
    'no other method is answered without its route',
    'a DELETE of a cached post is answered like a GET, and deletes nothing',
    "method === 'GET' ? this.#known.get(url!) : undefined",
    'this.#known.get(url!)',
  ),
  repeated(
    'the Host is the one with which the URL was valid',
    'requests with an invalid Host, or none, are answered',
    " || rawHeader(rawHeaders, 'host') !== known.host",
    '',
  ),
]
