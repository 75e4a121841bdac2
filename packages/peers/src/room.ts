import { randomBytes } from 'node:crypto'
import { type OpenPeer, type Peer, type PeerCache, peerCache } from './index.ts'

/** A key prefix on the Redis of TEST_REDIS_URL, shared by any number of simulated processes. */
export interface Room {
  readonly prefix: string
  process(): PeerCache<number>
  close(): Promise<void>
}

export function openRoom(peer: Peer, ttlMs = 60_000): Room {
  const prefix = `room-${randomBytes(4).toString('hex')}:`
  const opened: OpenPeer[] = []
  const onError = () => {}
  return {
    prefix,
    process() {
      const one = peer.open({ redisUrl: process.env.TEST_REDIS_URL!, prefix, onError })
      opened.push(one)
      return peerCache({ peer: one, ttlMs, codec: boxed, onError })
    },
    async close() {
      await Promise.all(opened.map((one) => one.close()))
    },
  }
}

const boxed = {
  encode: (value: number) => ({ value }),
  decode: ({ value }: { value: number }) => value,
}
