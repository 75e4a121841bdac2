/**
 * The scripts of a queue of writes. Each touches one slot: a bucket's stream, its pending index, its dead letters, and the entries and
 * leases of its keys (`queueKeys`).
 *
 * The pending index is a hash: `i:` + key has the id of the key's newest write, `e:` + key its entry, `bytes` the size of the queue.
 * A write leaves it only if its id is still the one there, after its commit in the database.
 *
 * A direct write to a key registers in a sorted set, by the server's time until which it counts. Meanwhile nothing is queued for
 * the key. Not in the lease: anyone may invalidate that. `marked` has the names of these sets, by the time until which they count.
 */
import { IDENTITY_END, IDENTITY_START } from '../entry.ts'
import { LEASES, NOW, script } from './scripts.ts'

/** The consumer group of all flushers. */
const GROUP = 'flushers'
/** How long it is known that a write was queued, and that it must not be queued any more. Milliseconds. */
export const QUEUED_KNOWN_MS = 15_000
const CANCELLED_KNOWN_MS = 3_600_000
/** The most sets of ended marks that one direct write removes. */
const MAX_REMOVED = 100

/** Compares two ids, `ms-seq`, as numbers: Lua's `<` on strings depends on the server's locale. */
const IS_LESS = `
local function isLess(a, b)
  local aMs, aSeq = string.match(a, '^(%d+)-(%d+)$')
  local bMs, bSeq = string.match(b, '^(%d+)-(%d+)$')
  aMs, aSeq, bMs, bSeq = tonumber(aMs), tonumber(aSeq), tonumber(bMs), tonumber(bSeq)
  return aMs < bMs or (aMs == bMs and aSeq < bSeq)
end`

/** Removes `key` from the pending index if `id` is its newest write. */
const CLEAR = `
local function clear(pending, key, id)
  if redis.call('HGET', pending, 'i:' .. key) ~= id then return false end
  redis.call('HDEL', pending, 'i:' .. key, 'e:' .. key)
  return true
end`

/** Removes a write from the stream. False: that was done before. */
const REMOVE = `
local function remove(stream, pending, id)
  local found = redis.call('XRANGE', stream, id, id)[1]
  redis.call('XACK', stream, '${GROUP}', id)
  if not found then return false end
  redis.call('XDEL', stream, id)
  for i = 1, #found[2], 2 do
    if found[2][i] == 'bytes' then redis.call('HINCRBY', pending, 'bytes', -tonumber(found[2][i + 1])) end
  end
  return true
end`

/**
 * KEYS: entry, lease, mark, stream, pending, direct, fate. ARGV: key, kind of the basis, basis, command, tags, entry, the server's
 * time of its expiry (0: not kept), the most writes and bytes of the bucket.
 * Answers {what}, or {'queued', id, why those who wait could not be told}.
 *
 * XADD is the first command that writes, so that a full server refuses all of it.
 */
export const APPEND = script(`${LEASES}
if redis.call('EXISTS', KEYS[4]) == 0 then return {'unprepared'} end
if redis.call('EXISTS', KEYS[7]) == 1 then return {'cancelled'} end${NOW}
if redis.call('ZCOUNT', KEYS[6], '(' .. string.format('%.3f', now), '+inf') > 0 then return {'direct'} end
local newest = redis.call('HGET', KEYS[5], 'i:' .. ARGV[1])
local stands
if ARGV[2] == 'entry' then
  stands = redis.call('GETRANGE', KEYS[1], ${IDENTITY_START}, ${IDENTITY_END - 1}) == ARGV[3]
elseif ARGV[2] == 'pending' then stands = newest == ARGV[3]
else stands = holds(KEYS[2], ARGV[3]) and not newest end
if not stands then return {'changed'} end
local bytes = #ARGV[4] + #ARGV[5] + 2 * #ARGV[6]
if redis.call('XLEN', KEYS[4]) >= tonumber(ARGV[8]) then return {'full'} end
if tonumber(redis.call('HGET', KEYS[5], 'bytes') or '0') + bytes > tonumber(ARGV[9]) then return {'full'} end
local id = redis.call('XADD', KEYS[4], '*', 'key', ARGV[1], 'command', ARGV[4], 'tags', ARGV[5], 'bytes', bytes)
redis.call('HSET', KEYS[5], 'i:' .. ARGV[1], id, 'e:' .. ARGV[1], ARGV[6])
redis.call('HINCRBY', KEYS[5], 'bytes', bytes)
redis.call('SET', KEYS[7], id, 'PX', ${QUEUED_KNOWN_MS})
if ARGV[7] == '0' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[6], 'PXAT', ARGV[7]) end
local ended = finish(KEYS[1], KEYS[2], KEYS[3], redis.call('EXISTS', KEYS[2]) == 1)
return {'queued', id, type(ended) == 'table' and ended[2] or ''}`)

/**
 * Settles a write that got no answer. KEYS: fate. Answers the id under which it is queued, or 'cancelled': it is not and will not be,
 * even if it still arrives.
 */
export const SETTLE = script(`
local fate = redis.call('GET', KEYS[1])
if fate then return fate end
redis.call('SET', KEYS[1], 'cancelled', 'PX', ${CANCELLED_KNOWN_MS})
return 'cancelled'`)

/** KEYS: stream. ARGV: the highest id in the database, or nothing. The ids of new writes are larger from here on. */
export const PREPARE = script(`${IS_LESS}
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], '${GROUP}', '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
if ARGV[1] == '' then return 0 end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' and isLess(info[i + 1], ARGV[1]) then redis.call('XSETID', KEYS[1], ARGV[1]) end
end
return 1`)

/** KEYS: pending. ARGV: key. Answers {} or {id, entry}. */
export const NEWEST = script(`
local found = redis.call('HMGET', KEYS[1], 'i:' .. ARGV[1], 'e:' .. ARGV[1])
if not found[1] then return {} end
return found`)

/** KEYS: pending. ARGV: keys. Answers the time in milliseconds, then the id of each key's pending write, or ''. */
export const QUEUED = script(`${NOW}
local answer = {string.format('%.3f', now)}
for i, key in ipairs(ARGV) do answer[i + 1] = redis.call('HGET', KEYS[1], 'i:' .. key) or '' end
return answer`)

/**
 * KEYS: direct, pending, marked. ARGV: token, milliseconds, key. From here on nothing is queued for the key. Answers the number of its
 * writes that are pending, 0 or 1. ZREMRANGEBYSCORE first: a full server lets a script go on that began with a removal.
 *
 * Nothing here has a TTL: a full server would evict it. So each begin removes some of the marks that nobody has ended. They are in the
 * same slot.
 */
export const BEGIN_DIRECT = script(`${NOW}
local time, last = string.format('%.3f', now), string.format('%.3f', now + ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time)
for _, direct in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', time, 'LIMIT', 0, ${MAX_REMOVED})) do
  redis.call('DEL', direct)
  redis.call('ZREM', KEYS[3], direct)
end
redis.call('ZADD', KEYS[1], last, ARGV[1])
redis.call('ZADD', KEYS[3], last, KEYS[1])
return redis.call('HEXISTS', KEYS[2], 'i:' .. ARGV[3])`)

/** KEYS: direct, marked. ARGV: token. */
export const END_DIRECT = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('ZREM', KEYS[2], KEYS[1]) end
return 1`)

/**
 * KEYS: stream. ARGV: flusher, the most writes, after how many milliseconds to take over. Answers the writes as XREADGROUP does: those
 * that this flusher has not finished, or that it takes over, and then new ones.
 *
 * Only one flusher at a time has writes of a bucket, so that their order is kept.
 */
export const TAKE = script(`
if redis.pcall('XLEN', KEYS[1]) == 0 then return {} end
local writes = {}
local oldest = redis.call('XPENDING', KEYS[1], '${GROUP}', '-', '+', 1)[1]
if oldest then
  local isMine = oldest[2] == ARGV[1]
  if not isMine and oldest[3] < tonumber(ARGV[3]) then return {} end
  writes = redis.call('XAUTOCLAIM', KEYS[1], '${GROUP}', ARGV[1], isMine and 0 or ARGV[3], '0-0', 'COUNT', ARGV[2])[2]
end
local left = tonumber(ARGV[2]) - #writes
if left <= 0 then return writes end
local read = redis.call('XREADGROUP', 'GROUP', '${GROUP}', ARGV[1], 'COUNT', left, 'STREAMS', KEYS[1], '>')
if read then for _, write in ipairs(read[1][2]) do table.insert(writes, write) end end
return writes`)

/** KEYS: stream. ARGV: flusher. From here on, any other flusher may take its writes over. */
export const GIVE_BACK = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local taken = redis.call('XPENDING', KEYS[1], '${GROUP}', '-', '+', 1000000, ARGV[1])
for _, write in ipairs(taken) do
  redis.call('XCLAIM', KEYS[1], '${GROUP}', ARGV[1], 0, write[1], 'IDLE', 2147483647, 'JUSTID')
end
return #taken`)

/**
 * KEYS: stream, pending. ARGV: id and key of each write that is in the database. Flushers without writes are forgotten, so that those
 * that died don't add up.
 */
export const DONE = script(`${CLEAR}${REMOVE}
for i = 1, #ARGV, 2 do
  remove(KEYS[1], KEYS[2], ARGV[i])
  clear(KEYS[2], ARGV[i + 1], ARGV[i])
end
if redis.call('XLEN', KEYS[1]) == 0 then redis.call('HDEL', KEYS[2], 'bytes') end
for _, flusher in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], '${GROUP}')) do
  local name, writes
  for i = 1, #flusher, 2 do
    if flusher[i] == 'name' then name = flusher[i + 1] end
    if flusher[i] == 'pending' then writes = flusher[i + 1] end
  end
  if writes == 0 then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], '${GROUP}', name) end
end
return 1`)

/**
 * KEYS: entry, lease, mark, stream, pending, dead. ARGV: id, key, command, tags, reason. Answers 1; an array of that and why they could
 * not be told, if somebody waited.
 */
export const BURY = script(`${LEASES}${CLEAR}${REMOVE}
if not redis.call('XRANGE', KEYS[4], ARGV[1], ARGV[1])[1] then return 1 end
redis.call('XADD', KEYS[6], '*', 'id', ARGV[1], 'key', ARGV[2], 'command', ARGV[3], 'tags', ARGV[4], 'reason', ARGV[5])
remove(KEYS[4], KEYS[5], ARGV[1])
if not clear(KEYS[5], ARGV[2], ARGV[1]) then return 1 end
redis.call('DEL', KEYS[1])
local ended = finish(KEYS[1], KEYS[2], KEYS[3], redis.call('EXISTS', KEYS[2]) == 1)
return type(ended) == 'table' and {1, ended[2]} or 1`)

/** KEYS: stream, pending, dead. Answers {now, writes, bytes, id of the oldest, id of the newest, dead letters}. */
export const LAG = script(`${NOW}
local time = string.format('%.3f', now)
local dead = redis.call('XLEN', KEYS[3])
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not oldest then return {time, 0, '0', '', '', dead} end
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return {time, redis.call('XLEN', KEYS[1]), redis.call('HGET', KEYS[2], 'bytes') or '0', oldest[1], newest[1], dead}`)
