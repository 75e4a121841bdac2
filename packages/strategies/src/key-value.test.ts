import { expect, it } from 'vitest'
import { memoryKeyValue } from './key-value.ts'

it('keeps values in their own memory, not as slices', async () => {
  const kv = memoryKeyValue({ now: () => 0 })
  await kv.set('e:k', Buffer.alloc(10_000).subarray(0, 500), 1_000)
  expect((await kv.get('e:k'))!.buffer.byteLength).toBe(500)
})
