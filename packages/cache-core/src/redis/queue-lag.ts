import { CacheError } from '../errors.ts'
import type { Runtime } from '../ports/runtime.ts'
import type { QueueLag } from '../ports/write-log.ts'
import { idMs, type QueuePlace } from './queue-place.ts'
import { LAG } from './queue-scripts.ts'

const LOOK_AGAIN_MS = 10

interface BucketLag {
  readonly now: number
  readonly queued: number
  readonly bytes: number
  /** Ids. Empty: there is none. */
  readonly oldest: string
  readonly newest: string
  readonly dead: number
}

async function bucketLag(place: QueuePlace, bucket: number): Promise<BucketLag> {
  const { stream, pending, dead } = place.keys(bucket)
  const answer = (await place.run(LAG, [stream, pending, dead], [])) as [Buffer, number, Buffer, Buffer, Buffer, number]
  const [now, queued, bytes, oldest, newest] = answer
  return {
    now: Number(now.toString()),
    queued,
    bytes: Number(bytes.toString()),
    oldest: oldest.toString(),
    newest: newest.toString(),
    dead: answer[5],
  }
}

export async function lagOf(place: QueuePlace): Promise<QueueLag> {
  const buckets = await Promise.all(place.all.map((_, bucket) => bucketLag(place, bucket)))
  const total = (value: (bucket: BucketLag) => number) => buckets.reduce((sum, bucket) => sum + value(bucket), 0)
  return {
    queued: total(({ queued }) => queued),
    bytes: total(({ bytes }) => bytes),
    oldestMs: Math.max(
      0,
      ...buckets.filter(({ oldest }) => oldest !== '').map(({ now, oldest }) => now - idMs(oldest)),
    ),
    dead: total(({ dead }) => dead),
  }
}

/** @throws CacheError `WRITE_REFUSED` */
export async function drained(place: QueuePlace, runtime: Runtime, withinMs: number): Promise<void> {
  const giveUpAt = runtime.now() + withinMs
  await Promise.all(
    place.all.map(async (_, bucket) => {
      const { newest: last } = await bucketLag(place, bucket)
      for (let oldest = last; oldest !== '' && !isLess(last, oldest); ) {
        if (runtime.now() >= giveUpAt) {
          throw new CacheError(
            'WRITE_REFUSED',
            `the queue was not drained within ${withinMs} ms; is a flusher running?`,
          )
        }
        await runtime.sleep(LOOK_AGAIN_MS)
        oldest = (await bucketLag(place, bucket)).oldest
      }
    }),
  )
}

function isLess(a: string, b: string): boolean {
  const [aMs, aSeq] = a.split('-').map(BigInt) as [bigint, bigint]
  const [bMs, bSeq] = b.split('-').map(BigInt) as [bigint, bigint]
  return aMs < bMs || (aMs === bMs && aSeq < bSeq)
}
