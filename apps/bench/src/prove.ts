/** Proofs before timing: each library, as opened for each use, answers correctly. A fast wrong answer is worth nothing. */
import { deepStrictEqual } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { libraries } from './libraries/index.ts'
import { type Library, type Open, type OpenCache, TAGS, type Value } from './libraries/library.ts'
import { isFloor, type LibraryName } from './libraries/names.ts'

const uses = ['near', 'shared', 'tagged', 'process'] as const
export type Use = (typeof uses)[number]

const COLD_CALLERS = 40
const LOAD_MS = 20
const KEYS = ['a', 'b', 'c'] as const

export interface Proof {
  readonly use: Use
  /** The statements that held. */
  readonly held: readonly string[]
}

/** @throws Error naming the library, the use and the statement that did not hold. */
export async function prove(
  name: LibraryName,
  redisUrl: string,
  { [name]: library }: Record<LibraryName, Library> = libraries,
): Promise<Proof[]> {
  const proofs: Proof[] = []
  for (const use of uses) {
    const { [use]: open } = library
    if (open === undefined) continue
    const held: string[] = []
    const claim = async (statement: string, check: () => Promise<void>) => {
      try {
        await check()
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Error(`${name}, ${use}: not true that ${statement}: ${why}`, { cause: error })
      }
      held.push(statement)
    }
    await proveUse({ name, library, use, open, redisUrl, claim })
    proofs.push({ use, held })
  }
  return proofs
}

interface Subject {
  readonly name: LibraryName
  readonly library: Library
  readonly use: Use
  readonly open: Open
  readonly redisUrl: string
  claim(statement: string, check: () => Promise<void>): Promise<void>
}

/** The origin: one version for all keys. */
class Origin {
  version = 1
  loads = 0
  readonly #form: Library['form']

  constructor(form: Library['form']) {
    this.#form = form
  }

  now(key: string): object {
    return { key, posts: [{ version: this.version }] }
  }

  async load(key: string): Promise<Value> {
    this.loads++
    const value = this.now(key)
    await sleep(LOAD_MS)
    return this.#form === 'bytes' ? Buffer.from(JSON.stringify(value)) : value
  }
}

async function proveUse({ name, library, use, open, redisUrl, claim }: Subject): Promise<void> {
  const origin = new Origin(library.form)
  const errors: unknown[] = []
  const setting = {
    redisUrl,
    prefix: `prove:${randomUUID()}:${use}:`,
    load: (key: string) => origin.load(key),
    loadMany: (keys: readonly string[]) => Promise.all(keys.map((key) => origin.load(key))),
    onError: (error: unknown) => void errors.push(error),
  }
  const cache = await open(setting)
  const other = use === 'process' ? await open(setting) : undefined
  const read = async (key: string, from = cache) => plain(from, await from.read(key))
  try {
    await claim('a read returns the value, and the next one is a hit', async () => {
      deepStrictEqual(await read('a'), origin.now('a'))
      deepStrictEqual(await read('a'), origin.now('a'))
      deepStrictEqual(origin.loads, 1, `${origin.loads} loads`)
    })
    await claim('a write invalidates', async () => {
      await cache.write('a', async () => void origin.version++)
      deepStrictEqual(await read('a'), origin.now('a'))
    })
    // No row has cold callers under tags.
    if (use !== 'tagged') {
      const expected = library.coldLoads === 'one' || other === undefined ? 1 : 2
      await claim(`${COLD_CALLERS} cold callers cause ${expected} load${expected === 1 ? '' : 's'}`, async () => {
        origin.loads = 0
        const from = Array.from({ length: COLD_CALLERS }, (_, i) => (i % 2 === 0 ? cache : (other ?? cache)))
        for (const value of await Promise.all(from.map((one) => read('cold', one)))) {
          deepStrictEqual(value, origin.now('cold'))
        }
        deepStrictEqual(origin.loads, expected, `${origin.loads} loads`)
      })
    }
    const { peek, readMany, invalidateTag } = cache
    if (peek) {
      await cache.warm?.('a')
      await claim('a synchronous read returns the value', async () => {
        deepStrictEqual(plain(cache, peek('a')), origin.now('a'))
      })
    }
    if (readMany && use !== 'near') {
      await claim('many keys at once: the kept ones are hits, the others are loaded', async () => {
        origin.loads = 0
        deepStrictEqual(
          await readAll(cache, readMany),
          KEYS.map((key) => origin.now(key)),
        )
        deepStrictEqual(origin.loads, 2, `${origin.loads} loads`)
        deepStrictEqual(
          await readAll(cache, readMany),
          KEYS.map((key) => origin.now(key)),
        )
        deepStrictEqual(origin.loads, 2, `${origin.loads} loads`)
      })
    }
    if (use === 'tagged' && invalidateTag) {
      for (const tag of TAGS) {
        await claim(`the tag ${tag} invalidates`, async () => {
          await read('a')
          origin.version++
          await invalidateTag(tag)
          deepStrictEqual(await read('a'), origin.now('a'))
        })
      }
    }
    if (!isFloor(name)) await claim('no error was reported', async () => deepStrictEqual(errors, []))
  } finally {
    await Promise.all([cache.close(), other?.close()])
  }
}

async function readAll(cache: OpenCache, readMany: NonNullable<OpenCache['readMany']>): Promise<object[]> {
  const results = (await readMany(KEYS)) as Map<string, unknown> | readonly unknown[]
  const values = [...results.values()].map((result) => plain(cache, result))
  return values.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The value in a result, from either form. */
function plain(cache: OpenCache, result: unknown): { key: string } {
  const value = cache.valueIn ? cache.valueIn(result) : result
  return Buffer.isBuffer(value) ? JSON.parse(value.toString()) : (value as { key: string })
}
