/** The naive stores as the explorer's backends: each command of their key-value store is a step of the schedule. */
import type { Awaitable } from 'cache-core'
import type { Backend, OpenBackend, Scheduler } from 'cache-core/explorer'
import { read, type Touched, traceBytes, written } from 'cache-core/explorer'
import { type KeyValue, memoryKeyValue } from '../src/key-value.ts'
import { type UnguardedOptions, unguardedStore } from '../src/unguarded-store.ts'

/** Over an emulated key-value store. */
export function emulatedKeyValueBackend(options: Pick<UnguardedOptions, 'lock'>): Backend {
  return {
    name: 'an emulated key-value store',
    isRemote: false,
    reportsKeyEvents: false,
    open: (scheduler) => opened(scheduler, memoryKeyValue({ now: () => scheduler.time.now }), options),
  }
}

/** Over a real one. */
export function liveKeyValueBackend(kv: KeyValue, options: Pick<UnguardedOptions, 'lock'>, pace: number): Backend {
  return {
    name: 'a real key-value store',
    isRemote: false,
    reportsKeyEvents: false,
    isReal: true,
    pace,
    open: (scheduler) => opened(scheduler, kv, options),
  }
}

function opened(scheduler: Scheduler, kv: KeyValue, { lock = false }: Pick<UnguardedOptions, 'lock'>): OpenBackend {
  return {
    store: () => unguardedStore(scheduled(kv, scheduler), { lock, now: () => scheduler.time.now }),
    evict: (what) => kv.delete(`e:${what.split(' ')[1]}`),
  }
}

function scheduled(kv: KeyValue, scheduler: Scheduler): KeyValue {
  const step = <T>(
    what: string,
    touches: readonly Touched[],
    execute: () => Awaitable<T>,
    trace?: (answer: T) => string,
  ) => scheduler.call({ what, touches, execute: async () => execute(), ...(trace && { trace }) })
  return {
    get: (key) =>
      step(
        `GET ${key}`,
        read(nameOf(key)),
        () => kv.get(key),
        (bytes) => (bytes === undefined ? 'nothing' : traceBytes(bytes, nameOf(key))),
      ),
    set: (key, value, ttlMs) =>
      step(`SET ${key} ${traceBytes(value, nameOf(key))}`, written(nameOf(key)), () => kv.set(key, value, ttlMs)),
    setIfAbsent: (key, value, ttlMs) =>
      step(
        `SET ${key} NX`,
        written(nameOf(key)),
        () => kv.setIfAbsent(key, value, ttlMs),
        (isSet) => (isSet ? 'set' : 'there already'),
      ),
    delete: (key) => step(`DEL ${key}`, written(nameOf(key)), () => kv.delete(key)),
    clear: () => step('clear', written('*'), () => kv.clear()),
  }
}

/** `row`, for the key of its entry. */
function nameOf(key: string): string {
  return key.replace(/^e:/, '')
}
