import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'

/** Reads until it is a hit; each read must get the new value. */
export async function neverOld(read: () => Promise<{ value: string | undefined; outcome: string }>): Promise<void> {
  for (;;) {
    const { value, outcome } = await read()
    expect(value).toBe('v2')
    if (outcome === 'hit') return
    await sleep(5) // otherwise bypassing reads would starve the delivery
  }
}
