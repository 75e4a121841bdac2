/**
 * The part of memcached that the guarded protocol uses. Each command is one atomic step, and its answer has the form
 * that the memcached client returns.
 * `emulated-memcached.live.test.ts` compares its answers with a real server's.
 */
interface Kept {
  readonly text: string
  readonly cas: number
  /** In whole seconds of the server's clock. Undefined: no expiry. */
  readonly endsAt: number | undefined
}

export class EmulatedMemcached {
  readonly #kept = new Map<string, Kept>()
  readonly #now: () => number
  #lastCas = 0

  /** @param now the server's time in milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The answer to a command. Data, if any, follows the command's first line. */
  command(command: string): unknown {
    const end = command.indexOf('\r\n')
    const line = end === -1 ? command : command.slice(0, end)
    const [verb, name = '', ...rest] = line.split(' ')
    switch (verb) {
      case 'get':
        return this.#get([name, ...rest])
      case 'ms':
        return this.#store(name, command.slice(end + 2), rest.slice(1))
      case 'mg':
        return this.#look(name, rest)
      case 'md':
        return this.#delete(name, rest)
      case 'version':
        return 'VERSION 1.6.18'
      case 'stats':
        return { cas_enabled: 'yes' }
      default:
        throw new Error('ERROR')
    }
  }

  namesUnder(prefix: string): string[] {
    return [...this.#kept.keys()].filter((name) => name.startsWith(prefix))
  }

  get #second(): number {
    return Math.floor(this.#now() / 1_000)
  }

  #live(name: string): Kept | undefined {
    const kept = this.#kept.get(name)
    if (kept?.endsAt === undefined || this.#second < kept.endsAt) return kept
    this.#kept.delete(name)
    return undefined
  }

  #get(names: readonly string[]) {
    const foundKeys = names.filter((name) => this.#live(name) !== undefined)
    const values = foundKeys.map((name) => this.#live(name)!.text)
    return { values: values.length === 0 ? undefined : values, foundKeys }
  }

  #store(name: string, text: string, flags: readonly string[]): string {
    const there = this.#live(name)
    const given = flagOf(flags, 'C')
    const mode = flagOf(flags, 'M')
    if (given !== undefined && there === undefined) return 'NF c0'
    if (given !== undefined && there!.cas !== Number(given)) return 'EX c0'
    if (mode === 'E' && there !== undefined) return 'NS c0'
    if (mode === 'A' && there === undefined) return 'NS c0'
    const cas = ++this.#lastCas
    const kept =
      mode === 'A'
        ? { text: there!.text + text, cas, endsAt: there!.endsAt }
        : { text, cas, endsAt: this.#endOf(flagOf(flags, 'T')) }
    this.#kept.set(name, kept)
    return `HD c${cas}`
  }

  #look(name: string, flags: readonly string[]): string {
    const there = this.#live(name)
    if (there === undefined) return 'EN'
    const ttl = flagOf(flags, 'T')
    if (ttl !== undefined) this.#kept.set(name, { ...there, endsAt: this.#endOf(ttl) })
    return flags.includes('c') ? `HD c${there.cas}` : 'HD'
  }

  #delete(name: string, flags: readonly string[]): string {
    const there = this.#live(name)
    if (there === undefined) return 'NF'
    const given = flagOf(flags, 'C')
    if (given !== undefined && there.cas !== Number(given)) return 'EX'
    this.#kept.delete(name)
    return 'HD'
  }

  #endOf(ttl: string | undefined): number | undefined {
    return ttl === undefined || ttl === '0' ? undefined : this.#second + Number(ttl)
  }
}

function flagOf(flags: readonly string[], letter: string): string | undefined {
  return flags.find((flag) => flag.startsWith(letter))?.slice(1)
}
