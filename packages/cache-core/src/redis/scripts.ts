/**
 * The protocol's operations on leases, as one script. One call runs many operations, one after another, each on a key of its own: a
 * script has a price of its own, and the operations of one turn of the event loop share it.
 *
 * Per operation it takes three KEYS of one slot: an entry, its lease, and the mark that somebody waits for the lease; and five ARGV:
 * the operation's name and up to four arguments. It answers the server's time in milliseconds, then each operation's answer.
 *
 * A lease is a string: its end (16 digits, the server's milliseconds) and the token. **The time decides who may take over, the
 * token who may fill**, so it is kept for several lease times after its end.
 * Ends are compared as numbers, since Lua's `<` on strings depends on the server's locale.
 *
 * The mark is a key of its own, so that neither a renewal nor another holder removes it, and so that processes of an earlier release,
 * which don't know it, read the same leases. The operation that ends a marked lease publishes the entry's key. All of this is only a
 * hint: a command for the mark that fails must not make the operation fail.
 */
import { createHash } from 'node:crypto'
import { HEADER_BYTES, IDENTITY_END, IDENTITY_START } from '../entry.ts'

export interface Script {
  readonly lua: string
  readonly sha: string
}

export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/** Entry, lease and mark. */
export const KEYS_PER_OPERATION = 3
/** The operation's name and its arguments, filled up with empty ones. */
export const ARGS_PER_OPERATION = 5

export type OperationName = 'acquire' | 'claim' | 'fill' | 'renew' | 'release'

/** Of a lease's end. */
export const END_DIGITS = 16
const KEPT_FOR_LEASES = 8
/** Waiters set the mark again each time they ask, which is more often. */
const MARK_MS = 5_000

/** The server's time in milliseconds. */
export const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000`

/** What scripts need to know of leases. */
export const LEASES = `
-- A value that is not a string is not one of our leases. Any other error is raised.
local function holds(lease, token)
  local found = redis.pcall('GET', lease)
  if type(found) == 'table' and string.sub(found.err, 1, 9) ~= 'WRONGTYPE' then redis.call('GET', lease) end
  return type(found) == 'string' and string.sub(found, ${END_DIGITS + 1}) == token
end

-- Ends the lease if it is held, and tells those who wait for it: also if a write has already ended it, since they may not know yet.
-- Answers 1 or 0; if somebody waited, an array of that and the reason why they could not be told, or an empty string.
local function finish(entry, lease, mark, isHeld)
  local done = isHeld and 1 or 0
  local isWaitedFor
  if isHeld then isWaitedFor = redis.call('DEL', lease, mark) == 2
  else isWaitedFor = redis.call('DEL', mark) == 1 end
  if not isWaitedFor then return done end
  local receivers = redis.pcall('PUBLISH', string.match(mark, '^[^{]*'), entry)
  return {done, type(receivers) == 'table' and receivers.err or ''}
end`

export const GUARD = script(`${NOW}

-- The end of a lease that begins now, and for how long it is kept. Computed once: operations of one call mostly have one lease time.
local ends, kept = {}, {}
local function times(leaseMs)
  if not ends[leaseMs] then
    ends[leaseMs] = string.format('%0${END_DIGITS}.0f', math.floor(now + leaseMs))
    kept[leaseMs] = string.format('%.0f', leaseMs * ${KEPT_FOR_LEASES})
  end
  return ends[leaseMs], kept[leaseMs]
end

-- Takes the lease, whatever is under its key.
local function take(lease, token, leaseMs)
  local leaseEnd, keptMs = times(leaseMs)
  redis.call('SET', lease, leaseEnd .. token, 'PX', keptMs)
end
${LEASES}

local operations = {}

-- token, leaseMs, the identity of the entry that was seen (empty: none), whether to be told when another's lease ends ('1' or '0').
-- Answers 'granted' · {'entry', bytes} · {'held', milliseconds to its end}.
function operations.acquire(entry, lease, mark, token, leaseMs, seen, tell)
  -- Whatever is too short for an identity is not an entry, and may be replaced.
  local bytes
  if seen == '' then
    bytes = redis.pcall('GET', entry)
  else
    -- Not the whole entry, since the one that was seen may be large.
    local identity = redis.pcall('GETRANGE', entry, ${IDENTITY_START}, ${IDENTITY_END - 1})
    if type(identity) == 'string' and identity ~= '' and identity ~= seen then bytes = redis.pcall('GET', entry) end
  end
  if type(bytes) == 'string' and #bytes > ${IDENTITY_START} then return {'entry', bytes} end
  local leaseEnd, keptMs = times(leaseMs)
  local found = redis.pcall('SET', lease, leaseEnd .. token, 'PX', keptMs, 'NX', 'GET')
  if not found then return 'granted' end
  -- A value that is not a string, or has no expiry, is not one of our leases.
  local keptFor = redis.pcall('PTTL', lease)
  local isForever = type(keptFor) == 'number' and keptFor < 0
  if type(found) == 'string' and not isForever then
    local left = (tonumber(string.sub(found, 1, ${END_DIGITS})) or 0) - now
    if left > 0 then
      if tell == '1' then redis.pcall('SET', mark, '', 'PX', ${MARK_MS}) end
      return {'held', string.format('%.3f', left)}
    end
  end
  take(lease, token, leaseMs)
  return 'granted'
end

-- token, leaseMs. Answers the header of the entry, which is empty if there is no entry.
function operations.claim(entry, lease, mark, token, leaseMs)
  take(lease, token, leaseMs)
  local head = redis.pcall('GETRANGE', entry, 0, ${HEADER_BYTES - 1})
  return type(head) == 'string' and head or ''
end

-- token, entry, the server's time of its expiry. Answers as finish does: 1 when kept, 0 when refused.
function operations.fill(entry, lease, mark, token, bytes, expiresAt)
  local isHeld = holds(lease, token)
  local answer = finish(entry, lease, mark, isHeld)
  if isHeld then redis.call('SET', entry, bytes, 'PXAT', expiresAt) end
  return answer
end

-- token, leaseMs. Answers 1 when renewed.
function operations.renew(entry, lease, mark, token, leaseMs)
  if not holds(lease, token) then return 0 end
  take(lease, token, leaseMs)
  return 1
end

-- token. Answers as finish does: 1 when released, 0 if it was not held.
function operations.release(entry, lease, mark, token)
  return finish(entry, lease, mark, holds(lease, token))
end

local answers = {string.format('%.3f', now)}
for i = 0, #KEYS / ${KEYS_PER_OPERATION} - 1 do
  local k, a = i * ${KEYS_PER_OPERATION}, i * ${ARGS_PER_OPERATION}
  local run = operations[ARGV[a + 1]]
  answers[i + 2] = run(KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
end
return answers`)
