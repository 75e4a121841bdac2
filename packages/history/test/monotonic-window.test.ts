/**
 * Why `monotonic-reads-before-ack` is counted separately: between a write's commit and its acknowledgement, the
 * protocol allows a client to read the new version and then the old one. These tests show this with gates, on the
 * library itself.
 */
import {
  type Cache,
  cacheAside,
  createCache,
  invalidate,
  memoryStore,
  type ReadStrategy,
  stampedeLock,
  type WriteStrategy,
  writeThrough,
} from 'cache-core'
import { expect, it } from 'vitest'

/** Three processes over one store and one row. */
function system(strategies: { read: ReadStrategy; write: WriteStrategy }) {
  const store = memoryStore()
  const [slow, client, writer] = [1, 2, 3].map(() => createCache<number>({ ...strategies, store })) as [
    Cache<number>,
    Cache<number>,
    Cache<number>,
  ]
  return { store, slow, client, writer }
}

function signal(): { readonly came: Promise<void>; come: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { came: promise, come: resolve }
}

/**
 * One process loads the old version slowly, and a writer commits the new one. A client then reads during the load, after its
 * fill, and after the write is acknowledged.
 */
async function readsAcrossACommit(read: ReadStrategy): Promise<unknown[]> {
  const { slow, client, writer } = system({ read, write: invalidate() })
  let row = 1
  const [loading, mayFill, committed, mayInvalidate] = [signal(), signal(), signal(), signal()]
  const slowRead = slow.read('k', async () => {
    const seen = row
    loading.come()
    await mayFill.came
    return seen
  })
  await loading.came
  const write = writer.write({ keys: ['k'], value: () => row }, async () => {
    row = 2
    committed.come()
    await mayInvalidate.came
  })
  await committed.came
  const loadsForItself = read.name === 'cache-aside'
  const first = client.read('k', async () => row)
  if (loadsForItself) await first
  mayFill.come()
  await slowRead
  const values = [(await first).value, (await client.read('k', async () => row)).value]
  mayInvalidate.come()
  await write
  return [...values, (await client.read('k', async () => row)).value]
}

it('cache-aside, invalidated on write: a load from before the commit fills after a reader loaded the new version', async () => {
  expect(await readsAcrossACommit(cacheAside())).toEqual([2, 1, 2])
})

it('stampede-lock: a reader that waits for the load gets its fill, the old version twice', async () => {
  expect(await readsAcrossACommit(stampedeLock())).toEqual([1, 1, 2])
})

it('write-through: the claim before the commit refuses the old fill, unless the claim is lost', async () => {
  for (const claimIsLost of [false, true]) {
    const { store, slow, client, writer } = system({ read: cacheAside(), write: writeThrough() })
    let row = 1
    const [claimed, mayCommit, committed, mayFill, loading, mayAnswer] = [
      signal(),
      signal(),
      signal(),
      signal(),
      signal(),
      signal(),
    ]
    const write = writer.write({ keys: ['k'], value: () => row }, async () => {
      claimed.come()
      await mayCommit.came
      row = 2
      committed.come()
      await mayAnswer.came
      return row
    })
    await claimed.came
    if (claimIsLost) await store.invalidate(['k'], []) // as an eviction of the lease would
    const slowRead = slow.read('k', async () => {
      const seen = row
      loading.come()
      await mayFill.came
      return seen
    })
    await loading.came
    mayCommit.come()
    await committed.came
    const newer = await client.read('k', async () => row)
    mayFill.come()
    await slowRead
    const next = await client.read('k', async () => row)
    mayAnswer.come()
    await write
    const acknowledged = await client.read('k', async () => row)
    expect([newer.value, next.value, acknowledged.value]).toEqual([2, claimIsLost ? 1 : 2, 2])
  }
})
