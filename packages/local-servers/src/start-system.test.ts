import { describe, expect, it } from 'vitest'
import { startSystem } from './start-system.ts'

const entry = new URL('../test/serve-environment.ts', import.meta.url)

/** `undefined`: not there. */
const stateOf = async (url: string) => {
  try {
    return (await (await fetch(url)).json()) as Record<string, string>
  } catch {
    return undefined
  }
}

describe('startSystem', () => {
  it('starts API processes over its Redis, each with its own options', async () => {
    const system = await startSystem({ entry, redis: true }, async (system) => {
      for (const CACHE_TTL_MS of ['1', '2']) await system.startApi({ CACHE_TTL_MS })
      return system
    })
    const REDIS_URL = system.services.redis!.url
    const states = await Promise.all(system.apis.map(({ url }) => stateOf(url)))
    expect(states).toMatchObject([
      { REDIS_URL, CACHE_TTL_MS: '1' },
      { REDIS_URL, CACHE_TTL_MS: '2' },
    ])
    await system.stop()
    expect(await stateOf(system.apis[0]!.url)).toBeUndefined()
    await system.stop()
  })

  it('undoes everything, the last first, if the setup fails', async () => {
    const undone: string[] = []
    let url = ''
    const failing = startSystem({ entry }, async (system) => {
      system.onStop(() => undone.push('first'))
      url = (await system.startApi()).url
      system.onStop(() => {
        undone.push('second')
        throw new Error('of a step')
      })
      throw new Error('of the setup')
    })
    await expect(failing).rejects.toThrow('of the setup')
    expect(undone).toEqual(['second', 'first'])
    expect(await stateOf(url)).toBeUndefined()
  })
})
