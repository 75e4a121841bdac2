import { expect, it } from 'vitest'
import { guaranteeOf } from './guarantee.ts'
import type { WriteLog } from './ports/write-log.ts'
import { memoryStore } from './stores/memory.ts'
import { expireOnly } from './strategies/expire-only.ts'
import { invalidate } from './strategies/invalidate.ts'
import { noCache } from './strategies/no-cache.ts'
import { writeBehind } from './strategies/write-behind.ts'

const unused = async () => {
  throw new Error('not part of this test')
}
const log = { newest: unused, append: unused, inTurn: unused } as unknown as WriteLog

it('a list that is loaded each time lacks the writes that are still queued', () => {
  expect(guaranteeOf(noCache(), writeBehind({ log, otherwise: invalidate() }), memoryStore())).toEqual({
    staleForAtMostMs: 0,
    readAfterWrite: false,
    readAfterWriteOf: 'keys',
    where: 'every process',
    loadsPerExpiry: { atMost: 1, per: 'read' },
    mayLoseWrites: true,
  })
})

it('what is loaded each time is current if each write waits for the database', () => {
  const { readAfterWrite, readAfterWriteOf, where } = guaranteeOf(noCache(), expireOnly(), memoryStore())
  expect([readAfterWrite, readAfterWriteOf, where]).toEqual([true, 'keys and tags', 'every process'])
})
