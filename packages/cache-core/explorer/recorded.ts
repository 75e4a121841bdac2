/** Reports changes to keys, for the count of loads. Only for synchronous backends, not for a real Redis. */
import { Entry } from '../src/entry.ts'
import type { Store } from '../src/ports/store.ts'
import { type Commands, isDone, nameOf } from './commands.ts'
import { type GuardOperation, operationsOf } from './guard-operations.ts'
import { EVERYTHING, type FilledEntry, type KeyEvents } from './load-count.ts'

/** @param epochsCost whether creating a tag's epoch may cost a load: if the epoch can be read before the entry that carries it. */
export function recordedCommands(
  commands: Commands,
  events: KeyEvents,
  now: () => number,
  epochsCost = false,
): Commands {
  return {
    get: (key) => commands.get(key),
    mget: (keys) => commands.mget(keys),
    setIfAbsent(key, value, ms) {
      const found = commands.setIfAbsent(key, value, ms)
      if (found === null && epochsCost) events.removed(nameOf(key))
      return found
    },
    time: () => commands.time(),
    keysUnder: (prefix) => commands.keysUnder(prefix),
    ...(commands.subscribe && { subscribe: (channel, listener) => commands.subscribe!(channel, listener) }),
    ...(commands.track && { track: (prefixes, listener) => commands.track!(prefixes, listener) }),
    set(key, value, ms) {
      events.removed(nameOf(key))
      return commands.set(key, value, ms)
    },
    unlink(...keys) {
      for (const name of new Set(keys.map(nameOf))) events.removed(name)
      return commands.unlink(...keys)
    },
    evalsha(sha, keys, args) {
      const answer = commands.evalsha(sha, keys, args)
      for (const [i, operation] of operationsOf(keys, args).entries()) note(operation, (answer as unknown[])[i + 1])
      return answer
    },
  }

  function note({ name, entry, args }: GuardOperation, answer: unknown): void {
    const key = nameOf(entry)
    const isGranted = name === 'acquire' && !Array.isArray(answer)
    if (name === 'claim' || (name === 'release' && isDone(answer))) events.removed(key)
    if (isGranted || name === 'claim' || (name === 'renew' && answer === 1)) events.leased(key, Number(args[1]))
    if (name === 'fill' && isDone(answer)) events.filled(key, filledEntry(args[1] as Buffer, key, now()))
  }
}

function filledEntry(bytes: Buffer, key: string, now: number): FilledEntry {
  const { freshUntil = now } = Entry.decode(bytes, key) ?? {}
  return { freshUntil, freshForMs: freshUntil - now }
}

export function recordedStore(store: Store, events: KeyEvents): Store {
  return {
    clock: store.clock,
    guarantee: store.guarantee,
    get: (key, tags) => store.get(key, tags),
    acquire(key, request) {
      const turn = store.acquire(key, request)
      if (!(turn instanceof Promise) && turn.kind === 'granted') events.leased(key, request.leaseMs)
      return turn
    },
    claim(key, request) {
      events.removed(key)
      events.leased(key, request.leaseMs)
      return store.claim(key, request)
    },
    fill(key, fill) {
      const kept = store.fill(key, fill)
      if (kept === true) events.filled(key, filledEntry(fill.entry, key, store.clock.latest()))
      else events.removed(key)
      return kept
    },
    renew(key, token, leaseMs) {
      const held = store.renew(key, token, leaseMs)
      if (held === true) events.leased(key, leaseMs)
      return held
    },
    release(key, token) {
      events.removed(key)
      return store.release(key, token)
    },
    invalidate(keys, tags) {
      for (const name of [...keys, ...tags]) events.removed(name)
      return store.invalidate(keys, tags)
    },
    invalidateAll() {
      events.removed(EVERYTHING)
      return store.invalidateAll()
    },
  }
}
