import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemRuntime } from './runtime.ts'

describe('systemRuntime › after', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('runs after input that arrived while the event loop was busy, and can be cancelled until then', async () => {
    const action = vi.fn()
    const cancel = systemRuntime.after(250, action)
    await vi.advanceTimersToNextTimerAsync()
    expect(action).not.toHaveBeenCalled()
    cancel()
    systemRuntime.after(250, action)
    await vi.runAllTimersAsync()
    expect(action).toHaveBeenCalledTimes(1)
  })
})
