/** The queue of writes between cache and database. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, quoted
import type { Edit, Mutation } from './mutation.ts'

const core = 'packages/cache-core/src'
const scripts = `${core}/redis/queue-scripts.ts`
const append = `${core}/redis/append.ts`
const direct = `${core}/redis/direct-writes.ts`
const safety = `${core}/redis/queue-safety.ts`
const preparation = `${core}/redis/queue-preparation.ts`
const flushing = `${core}/flushing.ts`
const flusher = `${core}/flusher.ts`
const pendingFirst = `${core}/pending-first.ts`

function one(name: string, without: string, file: string, find: string, replace: string): Mutation {
  const edits: readonly Edit[] = [{ file, find, replace }]
  return { name: `${name} (write-behind)`, without, edits, suites: ['write-behind'] }
}

export const writeBehind: readonly Mutation[] = [
  one(
    'a write is queued only if its basis still holds',
    'two writers give the same version, and one of the two changes is lost',
    scripts,
    "if not stands then return {'changed'} end\n",
    '',
  ),
  one(
    'a queued write revokes the lease',
    'a refresh that began before fills the old value over it',
    scripts,
    "local ended = finish(KEYS[1], KEYS[2], KEYS[3], redis.call('EXISTS', KEYS[2]) == 1)\nreturn {'queued'",
    "local ended = 0\nreturn {'queued'",
  ),
  one(
    'a flushed write ends the pending one only if it is the same',
    'once the entry is evicted, a newer write is not found before it is in the database',
    scripts,
    "  if redis.call('HGET', pending, 'i:' .. key) ~= id then return false end\n",
    '',
  ),
  one(
    'nothing is queued during a direct write',
    'a write is foreseen from the value before the direct one, and replaces it',
    scripts,
    "if redis.call('ZCOUNT', KEYS[6], '(' .. string.format('%.3f', now), '+inf') > 0 then return {'direct'} end\n",
    '',
  ),
  one(
    'a direct write waits for the queued writes of its key',
    'an older write replaces it in the database',
    direct,
    '    while (await this.#mark(key, token)) {',
    '    while ((await this.#mark(key, token)) && this.#waitMs < 0) {',
  ),
  one(
    'a direct write that is not confirmed keeps others from being queued',
    'a write is foreseen from the entry before it',
    direct,
    '      if (written.isConfirmed) await this.#end(unique, token)',
    '      await this.#end(unique, token)',
  ),
  one(
    'a cancelled write is not queued when it arrives late',
    'a write that went to the database is queued too, and replaces newer ones',
    scripts,
    "if redis.call('EXISTS', KEYS[7]) == 1 then return {'cancelled'} end",
    '',
  ),
  one(
    'a write without an answer is settled',
    'it is queued and goes to the database as well',
    append,
    '      return this.#settle(key, fate(writeId), sentAt, error)',
    "      return 'refused'",
  ),
  one(
    'a full queue takes no more writes',
    'it fills the memory of Redis while the database is away',
    scripts,
    "if redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[8]) then return {'full'} end\n",
    '',
  ),
  one(
    'a queue is full by bytes too',
    'large writes fill the memory of Redis',
    scripts,
    "if tonumber(redis.call('HGET', KEYS[5], 'bytes') or '0') + bytes > tonumber(ARGV[9]) then return {'full'} end\n",
    '',
  ),
  one(
    'nothing is queued where it may be evicted',
    'under allkeys-* acknowledged writes disappear',
    preparation,
    '        if (!(await this.#safety.isSafe())) return false\n',
    '',
  ),
  one(
    'nothing is queued where the eviction policy is not known',
    'the same',
    safety,
    `      return "the queue's Redis does not tell its maxmemory-policy (allow this user +info)"`,
    '      return undefined',
  ),
  one(
    'ids are larger than those in the database',
    'the database ignores new writes after the queue was lost',
    scripts,
    "redis.call('XSETID', KEYS[1], ARGV[1])",
    '',
  ),
  one(
    'ids are compared again on another server',
    'the database ignores new writes after a failover to a slower clock',
    preparation,
    '    if (run === this.#run) return',
    '    if (this.#run !== undefined) return',
  ),
  one(
    'a load asks the backlog first',
    'once the entry is evicted, reads are older than acknowledged writes',
    pendingFirst,
    '    const pending = await pendingValue(parts, key)\n',
    "    const pending = 'none' as 'none' | 'unknown' | { readonly value: T | undefined }\n",
  ),
  one(
    'a value read without the backlog is not kept',
    'other processes are served a value older than an acknowledged write',
    pendingFirst,
    '    context.skip()\n',
    '',
  ),
  one(
    'one flusher at a time has writes of a bucket',
    'two flushers apply the writes of a key in any order',
    scripts,
    '  if not isMine and oldest[3] < tonumber(ARGV[3]) then return {} end\n',
    '',
  ),
  one(
    'tags are invalidated once the writes are in the database',
    'lists stay old until their TTL',
    flushing,
    'if (tags.length > 0 && !(await store.invalidate([], tags))) {',
    'if (tags.length < 0) {',
  ),
  one(
    'a write that was not refused goes to the dead letters only while others pass',
    'a database that is down for a second loses all queued writes',
    flushing,
    'passed.size > 0 ? failed : []',
    'failed',
  ),
  one(
    'a refused write goes to the dead letters although no other passes',
    'it is tried again forever, and everything queued after it for its key waits',
    flushing,
    'const guilty = isRefused ? failed',
    'const guilty = isRefused && passed.size > 0 ? failed',
  ),
  one(
    'a write goes to the dead letters only after the earlier ones of its key',
    'readers get the value before an acknowledged write that is still queued',
    flushing,
    '      if (earlier.some((one) => one.key === write.key && !passed.has(one))) continue\n',
    '',
  ),
  one(
    'a write that went to the dead letters is no longer read',
    'its value stays in the cache, though the database refused it',
    scripts,
    "redis.call('DEL', KEYS[1])\nlocal ended",
    'local ended',
  ),
  one(
    'a flusher that stops gives back what it has taken',
    'after a restart these writes wait until they may be taken over',
    flusher,
    '    await within(flushing.end(), END_MS, runtime)',
    '    await within(Promise.resolve(), END_MS, runtime)',
  ),
  one(
    'an acknowledgement says what was confirmed',
    'writes are called replicated without a replica',
    append,
    "() => this.#confirm())) ? confirm : 'memory'",
    '() => this.#confirm())) ? confirm : confirm',
  ),
  one(
    'a write whose keys only the database knows is not acknowledged past a queued one of its row',
    'the queued write replaces an acknowledged one',
    direct,
    "if (id === '' || idMs(id!) >= begunMs) continue",
    "if (id === '' || idMs(id!) >= 0) continue",
  ),
  one(
    'a direct write removes the marks that nobody has ended',
    'each key whose direct write failed leaves a set in Redis for ever',
    scripts,
    "  redis.call('DEL', direct)\n",
    '',
  ),
  one(
    'no command is late while a confirmation blocks the connection',
    'waiting for a replica takes the queue and its cache out of use',
    append,
    'isInOrder: true, isBlocking: true }',
    'isInOrder: true }',
  ),
  one(
    'the answer of a demoted master is a refusal',
    'writers wait for 1 s and hear that their write may be queued',
    append,
    'REFUSED.test(messageOf(answerOf(error)))',
    'REFUSED.test(messageOf(error))',
  ),
  one(
    'what arrives during the give-back is given back too',
    'these writes wait until they may be taken over',
    flushing,
    '    await this.#taking // what arrives after the give-back would not be given back\n',
    '',
  ),
  one(
    'nothing is queued where Redis may evict what it knows of a write',
    'a write whose answer was lost is written twice',
    safety,
    "if (policy !== 'noeviction' && policy !== 'volatile-lru')",
    "if (policy === 'volatile-ttl')",
  ),
]
