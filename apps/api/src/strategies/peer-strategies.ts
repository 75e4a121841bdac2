/** Other libraries under the same routes, with `PEERS=1`: for comparison, never for production. */
import type { Guarantee } from 'cache-core'
import type { ObjectCodec, Peer } from 'peers'
import { strategyNames } from 'strategies'
import { Representation, type RepresentationObject } from '../posts/representation.ts'
import { type Env, EnvError } from '../process/env.ts'
import type { StrategyProvider } from './strategy-provider.ts'

/** Every peer, not yet connected. @throws EnvError if the package is not installed */
export async function peerStrategies(redisUrl: string, prefix: string): Promise<StrategyProvider[]> {
  const { peerCache, peerNames, peers } = await importPeers()

  function served(name: string, peer: Peer): StrategyProvider {
    const { title, library, ttlStepMs } = peer
    return {
      name,
      title,
      // Without the scope of the package: `@` is not allowed in a token of RFC 9211.
      library: library.slice(library.lastIndexOf('/') + 1),
      storeKind: 'redis',
      tunable: ['ttlMs'],
      readAfterWriteOf: 'none',
      read: () => ({ name: peer.read }),
      write: () => ({ name: peer.write }),
      effectiveTuning: (tuning) => ({ ...tuning, ttlMs: Math.ceil(tuning.ttlMs / ttlStepMs) * ttlStepMs }),
      open(counters) {
        const onError = () => void counters.counts.errors++
        const opened = peer.open({ redisUrl, prefix: `${prefix}${name}:`, onError })
        const cache = <T>(ttlMs: number, codec: ObjectCodec<T, object>) =>
          peerCache({
            peer: opened,
            ttlMs,
            codec,
            onError,
            onFill: () => counters.counts.fills++,
            onInvalidate: (count) => {
              counters.counts.invalidations += count
            },
          })
        const any = cache(ttlStepMs, objectCodec)
        return {
          cache: ({ ttlMs }) => ({ ...cache(ttlMs, objectCodec), guarantee: guaranteeOfPeers(ttlMs) }),
          pages: ({ ttlMs }) => cache(ttlMs, pageCodec),
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

/** The peers document only their TTL, so this claims nothing more. */
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

/** The peers keep JSON, not bytes. */
const pageCodec = {
  encode: (page: Buffer) => ({ base64: page.toString('base64') }),
  decode: ({ base64 }: { base64: string }) => Buffer.from(base64, 'base64'),
}

/** The names of all served strategies. @throws EnvError with `PEERS=1` if the package is not installed */
export async function servedNames({ PEERS }: Pick<Env, 'PEERS'>): Promise<readonly string[]> {
  return PEERS === 1 ? [...strategyNames, ...(await importPeers()).peerNames] : strategyNames
}

/** Imported on demand: production builds do not contain it. */
async function importPeers() {
  try {
    return await import('peers')
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause
    throw new EnvError(
      'PEERS is "1", but the package `peers` is not installed: production images do not contain it; allowed here: 0',
      { cause },
    )
  }
}
