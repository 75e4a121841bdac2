/** Other libraries under the same routes, where `PEERS=1`: a comparison, never a service. */
import type { Guarantee } from 'cache-core'
import type { Peer } from 'peers'
import { strategyNames } from 'strategies'
import { type Env, EnvError } from './env.ts'
import { Representation, type RepresentationObject } from './representation.ts'
import type { ServedStrategy } from './served-strategy.ts'

/** Every peer, not connected yet. @throws EnvError where the package isn't there */
export async function peerStrategies(redisUrl: string, prefix: string): Promise<ServedStrategy[]> {
  const { peerCache, peerNames, peers } = await importPeers()

  function served(name: string, peer: Peer): ServedStrategy {
    const { title, library, ttlStepMs } = peer
    return {
      name,
      title,
      library,
      storeKind: 'redis',
      tunable: ['ttlMs'],
      readAfterWriteOf: 'none',
      read: () => ({ name: peer.read }),
      write: () => ({ name: peer.write }),
      settle: (tuning) => ({ ...tuning, ttlMs: Math.ceil(tuning.ttlMs / ttlStepMs) * ttlStepMs }),
      open(counters) {
        const onError = () => void counters.counts.errors++
        const opened = peer.open({ redisUrl, prefix: `${prefix}${name}:`, onError })
        const cache = (ttlMs: number) =>
          peerCache({
            peer: opened,
            ttlMs,
            codec: objectCodec,
            onError,
            onFill: () => counters.counts.fills++,
            onInvalidate: (count) => {
              counters.counts.invalidations += count
            },
          })
        const any = cache(ttlStepMs)
        return {
          cache: ({ ttlMs }) => ({ ...cache(ttlMs), guarantee: guaranteeOfPeers(ttlMs) }),
          store: {
            invalidate: (keys, tags) => any.invalidate({ keys, tags }),
            invalidateAll: () => any.invalidateAll(),
          },
          close: () => opened.close(),
        }
      },
    }
  }

  return peerNames.map((name) => served(name, peers[name]))
}

/** None of them writes down more than its TTL: where nothing else is guaranteed, nothing else can be broken. */
function guaranteeOfPeers(ttlMs: number): Guarantee {
  return {
    staleForAtMostMs: ttlMs,
    readAfterWrite: false,
    readAfterWriteOf: 'none',
    where: 'every process',
    loadsPerExpiry: { atMost: 1, per: 'read' },
    mayLoseWrites: false,
  }
}

const objectCodec = {
  encode: (value: Representation) => value.toObject(),
  decode: (kept: RepresentationObject) => Representation.fromObject(kept),
}

/** The names of all that is served. @throws EnvError where peers are asked for, and the package isn't there */
export async function servedNames({ PEERS }: Pick<Env, 'PEERS'>): Promise<readonly string[]> {
  return PEERS === 1 ? [...strategyNames, ...(await importPeers()).peerNames] : strategyNames
}

/** Loaded only when asked for: builds for production don't have it. */
async function importPeers() {
  try {
    return await import('peers')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause
    throw new EnvError(
      'PEERS is "1", and the package `peers` is not installed: images for production have none; allowed here: 0',
      { cause },
    )
  }
}
