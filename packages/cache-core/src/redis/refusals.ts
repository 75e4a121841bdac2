import { messageOf } from '../errors.ts'

/** Errors that the protocol expects and handles. */
const EXPECTED = /^(?:NOSCRIPT|WRONGTYPE) /
/** A script may run without needing the refused command, so it counts as accepted only after this many ms without a refusal. */
const QUIET_MS = 1_000
/** The shortest time before the same line is reported again, in milliseconds. */
const SAY_AGAIN_AFTER_MS = 60_000
const MAX_REMEMBERED = 100
/** The commands that the scripts run. The server checks each of them. */
const IN_SCRIPTS = '+get +set +del +getrange +pttl +time'

/**
 * The server's refusals, by command. A refusal is not an outage: the server answers, and may accept other commands. Each is
 * reported at most once a minute.
 */
export class Refusals {
  readonly #lines = new Map<string, { readonly line: string; readonly at: number }>()
  readonly #saidAt = new Map<string, number>()
  readonly #now: () => number
  readonly #say: (line: string) => void

  /** @param say called with each new line. */
  constructor(now: () => number, say: (line: string) => void) {
    this.#now = now
    this.#say = say
  }

  get areNone(): boolean {
    return this.#lines.size === 0
  }

  /** All refusals in one line. */
  get reason(): string | undefined {
    return this.areNone ? undefined : [...this.#lines.values()].map(({ line }) => line).join('; ')
  }

  note(command: string, error: unknown): void {
    if (EXPECTED.test(messageOf(error))) return
    const line = lineFor(error, command)
    const now = this.#now()
    this.#lines.set(command, { line, at: now })
    // By the first word: the rest may differ each time.
    const kind = `${command} ${messageOf(error).split(' ', 1)}`
    const saidAt = this.#saidAt.get(kind)
    if (saidAt !== undefined && now - saidAt < SAY_AGAIN_AFTER_MS) return
    if (this.#saidAt.size >= MAX_REMEMBERED) this.#saidAt.clear()
    this.#saidAt.set(kind, now)
    this.#say(line)
  }

  /** The command was accepted. */
  accepted(command: string): void {
    const refused = this.#lines.get(command)
    if (refused !== undefined && this.#now() - refused.at >= QUIET_MS) this.#lines.delete(command)
  }
}

/** The refusal, its reason and the remedy, if the server refuses until its configuration changes. */
export function misconfiguration(error: unknown): string | undefined {
  return /^NOPERM |can't run this command|unknown (?:sub)?command/i.test(messageOf(error)) ? lineFor(error) : undefined
}

/** @param sent the command, where it is known. */
function lineFor(error: unknown, sent?: string): string {
  // Without the script's name, so that the line is the same for each script.
  const message = messageOf(error).replace(/:? script: .*/, '')
  const command = sent || (/'(\w+)[^']*' command/.exec(message)?.[1]?.toUpperCase() ?? 'a command')
  const remedy = remedyFor(command, message)
  return `Redis refuses ${command}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`
}

function remedyFor(command: string, message: string): string | undefined {
  if (command === 'CLIENT TRACKING') {
    return 'until this user may be told of changed keys, every read asks Redis: ACL SETUSER … +client|id +client|tracking +subscribe &__redis__:invalidate'
  }
  if (command === 'PUBLISH' || command === 'SUBSCRIBE') {
    return "until this user may use the cache's channel, waiting readers ask every 10 to 20 ms: ACL SETUSER … +publish +subscribe &PREFIX*"
  }
  if (/can't run this command/.test(message)) {
    return `allow this user the commands of the cache's scripts: ACL SETUSER … ${IN_SCRIPTS} (for a queue of writes also those in docs/failures.md)`
  }
  if (/access .*(?:key|channel)/.test(message)) return "allow this user the cache's keys: ACL SETUSER … ~PREFIX*"
  if (/^NOPERM /.test(message)) return `allow this user the command: ACL SETUSER … +${command.toLowerCase()}`
  if (/^(?:MOVED|ASK|CROSSSLOT) /.test(message)) {
    return 'this server is part of a Cluster: build the client with `new Cluster(nodes, clusterOptions)` of ioredis'
  }
  if (/unknown (?:sub)?command/i.test(message)) return 'the cache needs Redis 7.0 or later, or Valkey'
  if (/^OOM /.test(message)) return 'raise maxmemory, or let it evict: maxmemory-policy allkeys-lru'
  if (/^MISCONF /.test(message)) return "it can't write to its disk; see its log"
  if (/^NOREPLICAS /.test(message)) return 'too few replicas follow it for min-replicas-to-write'
  return undefined
}
