/** A store and a queue whose calls are steps of a schedule. */
import { newToken } from '../src/entry.ts'
import type { Runtime } from '../src/ports/runtime.ts'
import type { Store } from '../src/ports/store.ts'
import type { WriteLog } from '../src/ports/write-log.ts'
import type { EmulatedQueue } from './emulated-queue.ts'
import type { Scheduler } from './scheduler.ts'

const ASK_AGAIN_MS = 5

export function scheduledStore(store: Store, scheduler: Scheduler): Store {
  const step = <T>(what: string, execute: () => T | Promise<T>) => scheduler.call<T>({ what, execute })
  return {
    clock: store.clock,
    guarantee: store.guarantee,
    get: (key, tags) => step(`get ${key}`, () => store.get(key, tags)),
    async acquire(key, request) {
      const acquired = await step(`acquire ${key}`, () => store.acquire(key, request))
      // Without news: a reader that waits asks again.
      return acquired.kind === 'held' ? { kind: 'held', endsInMs: acquired.endsInMs } : acquired
    },
    claim: (key, request) => step(`claim ${key}`, () => store.claim(key, request)),
    fill: (key, fill) => step(`fill ${key}`, () => store.fill(key, fill)),
    renew: (key, token, leaseMs) => step(`renew ${key}`, () => store.renew(key, token, leaseMs)),
    release: (key, token) => step(`release ${key}`, () => store.release(key, token)),
    invalidate: (keys, tags) => step(`invalidate ${[...keys, ...tags]}`, () => store.invalidate(keys, tags)),
    invalidateAll: () => step('invalidate everything', () => store.invalidateAll()),
  }
}

export function scheduledQueue(queue: EmulatedQueue, scheduler: Scheduler, runtime: Runtime): WriteLog {
  const step = <T>(what: string, execute: () => T) => scheduler.call<T>({ what, execute })
  const unused = async () => {
    throw new Error('not part of an explored world')
  }
  const newest = (key: string) => step(`newest ${key}`, () => queue.newest(key))
  return {
    buckets: queue.buckets,
    newest,
    append: (key, write) => step(`append ${key}`, () => queue.append(key, write)),
    async inTurn(given, write) {
      const keys = typeof given === 'function' ? [] : given
      const token = newToken()
      for (const key of keys) {
        let isPending = await step(`begin ${key}`, () => queue.beginDirect(key, token))
        while (isPending) {
          await runtime.sleep(ASK_AGAIN_MS)
          isPending = (await newest(key)) !== undefined
        }
      }
      const written = await write()
      for (const key of keys) await step(`end ${key}`, () => queue.endDirect(key, token))
      return written
    },
    take: (bucket, request) => step(`take ${bucket}`, () => queue.take(bucket, request)),
    done: (bucket, writes) => step(`done ${bucket}`, () => queue.done(bucket, writes)),
    bury: (bucket, write) => step(`bury ${write.key}`, () => queue.bury(bucket, write)),
    onQueued: () => () => {},
    giveBack: unused,
    drained: unused,
    lag: unused,
  }
}
