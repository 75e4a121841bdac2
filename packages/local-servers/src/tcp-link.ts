import type { Socket } from 'node:net'

/** Small enough that a short answer waits little beside a long one: 2.6 ms at 50 Mbit/s. */
const SLICE_BYTES = 16 * 1024
/** A lane with more bytes waiting stops reading, which slows down its sender. */
const MAX_WAITING_BYTES = 64 * 1024
/** Timers are about 1 ms late; up to this much unused time is compensated. */
const BURST_MS = 5

/** One direction of a connection: received bytes wait here for the link. */
export class Lane {
  /** Received bytes are dropped silently. */
  #isSilent = false
  readonly #from: Socket
  readonly #into: Socket
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #hasEnded = false

  constructor(from: Socket, into: Socket, link: TcpLink) {
    this.#from = from
    this.#into = into
    link.add(this)
    from.on('data', (bytes: Buffer) => {
      if (this.#isSilent) return
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
      if (this.#waitingBytes > MAX_WAITING_BYTES) from.pause()
      link.run()
    })
    from.on('end', () => {
      this.#hasEnded = true
      this.#endWhenEmpty()
    })
    from.on('error', () => into.destroy())
    from.on('close', () => {
      // After an end, waiting bytes are still sent.
      if (!this.#hasEnded) into.destroy()
    })
    into.on('drain', () => link.run())
    into.on('close', () => link.remove(this))
  }

  get waitingBytes(): number {
    return this.#waitingBytes
  }

  get canSend(): boolean {
    return this.#waitingBytes > 0 && !this.#into.writableNeedDrain && !this.#into.destroyed
  }

  /** Sends one slice. @returns its length in bytes */
  sendSlice(): number {
    const [first, ...rest] = this.#waiting as [Buffer, ...Buffer[]]
    const slice = first.subarray(0, SLICE_BYTES)
    this.#waiting = slice.length < first.length ? [first.subarray(SLICE_BYTES), ...rest] : rest
    this.#waitingBytes -= slice.length
    this.#into.write(slice)
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#from.resume()
    this.#endWhenEmpty()
    return slice.length
  }

  silence(): void {
    this.#isSilent = true
    this.#waiting = []
    this.#waitingBytes = 0
    this.#from.resume()
  }

  #endWhenEmpty(): void {
    if (!this.#hasEnded || this.#waitingBytes > 0) return
    // One side has given up a silent connection, so the other side's is useless.
    if (this.#isSilent) this.#into.destroy()
    else this.#into.end()
  }
}

/** The bandwidth that all connections share in one direction: one slice each, round-robin, limited by one token bucket. */
export class TcpLink {
  readonly #lanes = new Set<Lane>()
  #bytesPerMs = Number.POSITIVE_INFINITY
  #freeAt = 0
  #isHeld = false
  #timer: NodeJS.Timeout | undefined

  add(lane: Lane): void {
    this.#lanes.add(lane)
  }

  remove(lane: Lane): void {
    this.#lanes.delete(lane)
  }

  get waitingBytes(): number {
    return [...this.#lanes].reduce((sum, lane) => sum + lane.waitingBytes, 0)
  }

  limit(bitsPerSecond: number): void {
    this.#bytesPerMs = bitsPerSecond / 8 / 1_000
    this.run()
  }

  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.run()
  }

  /** Sends as much as the limit allows now, and schedules the next run. */
  run(): void {
    clearTimeout(this.#timer)
    while (!this.#isHeld) {
      const lane = [...this.#lanes].find(({ canSend }) => canSend)
      if (lane === undefined) return
      const now = performance.now()
      if (this.#freeAt > now) {
        this.#timer = setTimeout(() => this.run(), this.#freeAt - now)
        return
      }
      // Moves the lane to the end of the queue.
      this.#lanes.delete(lane)
      this.#lanes.add(lane)
      this.#freeAt = Math.max(this.#freeAt, now - BURST_MS) + lane.sendSlice() / this.#bytesPerMs
    }
  }
}
