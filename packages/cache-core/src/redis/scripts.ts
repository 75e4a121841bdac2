/**
 * The protocol's scripts. Each touches one slot: KEYS[1] is an entry, KEYS[2] its lease, KEYS[3] the mark that somebody waits for it.
 *
 * A lease is a string: its end (16 digits, the server's milliseconds) and the token. **The time decides who may take over, the
 * token who may fill**, so it is kept for several lease times after its end.
 * Ends are compared as numbers, since Lua's `<` on strings depends on the server's locale.
 *
 * The mark is a key of its own, so that neither a renewal nor another holder removes it, and so that processes of an earlier release,
 * which don't know it, read the same leases. The script that ends a marked lease publishes the entry's key. All of this is only a hint: a
 * command for the mark that fails must not make the script fail.
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

const END_DIGITS = 16
const KEPT_FOR_LEASES = 8
/** Waiters set the mark again each time they ask, which is more often. */
const MARK_MS = 5_000

export const NOW = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000`

const GRANT = (token: string, leaseMs: string) =>
  `redis.call('SET', KEYS[2], string.format('%0${END_DIGITS}.0f', math.floor(now + ${leaseMs})) .. ${token}, 'PX', string.format('%.0f', ${leaseMs} * ${KEPT_FOR_LEASES}))`

/** Ignores a value that is not a string or has no expiry: it is not one of our leases. */
const LEASE = `
local lease = redis.pcall('GET', KEYS[2])
if type(lease) ~= 'string' or redis.call('PTTL', KEYS[2]) < 0 then lease = false end`

export const HOLDS = (token: string) => `${LEASE}
local holds = lease and string.sub(lease, ${END_DIGITS + 1}) == ${token}`

/** Ends the lease if `holds`, and tells those who wait for it: also if a write has already ended it, since they may not know yet. */
export const END = `
local isWaitedFor
if holds then isWaitedFor = redis.call('DEL', KEYS[2], KEYS[3]) == 2
else isWaitedFor = redis.call('DEL', KEYS[3]) == 1 end
local told
if isWaitedFor then
  local receivers = redis.pcall('PUBLISH', string.match(KEYS[3], '^[^{]*'), KEYS[1])
  told = type(receivers) == 'table' and receivers.err or ''
end`

const ANSWER = (done: number) => `return told and {${done}, told} or ${done}`

/**
 * ARGV: token, leaseMs, whether an entry was seen ('1' or '0'), its identity, whether to be told when another's lease ends ('1' or '0').
 * Answers {now, 'granted'} · {now, 'entry', bytes} · {now, 'held', milliseconds to its end}.
 */
export const ACQUIRE = script(`${NOW}
local time = string.format('%.3f', now)
local identity = redis.pcall('GETRANGE', KEYS[1], ${IDENTITY_START}, ${IDENTITY_END - 1})
if type(identity) == 'string' and (ARGV[3] == '0' or identity ~= ARGV[4]) then
  local entry = redis.call('GET', KEYS[1])
  if entry then return {time, 'entry', entry} end
end${LEASE}
if lease then
  local left = (tonumber(string.sub(lease, 1, ${END_DIGITS})) or 0) - now
  if left > 0 then
    if ARGV[5] == '1' then redis.pcall('SET', KEYS[3], '', 'PX', ${MARK_MS}) end
    return {time, 'held', string.format('%.3f', left)}
  end
end
${GRANT('ARGV[1]', 'ARGV[2]')}
return {time, 'granted'}`)

/** ARGV: token, leaseMs. Answers {now, the header of the entry}; the header is empty if there is no entry. */
export const CLAIM = script(`${NOW}
${GRANT('ARGV[1]', 'ARGV[2]')}
local head = redis.pcall('GETRANGE', KEYS[1], 0, ${HEADER_BYTES - 1})
if type(head) ~= 'string' then head = '' end
return {string.format('%.3f', now), head}`)

/**
 * ARGV: token, entry, the server's time of its expiry. Answers 1 when kept, 0 when refused; if somebody waited, an array of that and
 * the reason why they could not be told, or an empty string.
 */
export const FILL = script(`${HOLDS('ARGV[1]')}${END}
if not holds then ${ANSWER(0)} end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
${ANSWER(1)}`)

/** ARGV: token, leaseMs. Answers 1 when renewed. */
export const RENEW = script(`${HOLDS('ARGV[1]')}
if not holds then return 0 end${NOW}
${GRANT('ARGV[1]', 'ARGV[2]')}
return 1`)

/** ARGV: token. Answers 1 when released, 0 if it was not held; if somebody waited, an array as from FILL. */
export const RELEASE = script(`${HOLDS('ARGV[1]')}${END}
if not holds then ${ANSWER(0)} end
${ANSWER(1)}`)
