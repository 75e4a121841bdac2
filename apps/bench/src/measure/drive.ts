import type { Contestant } from './contestant.ts'

/** Keeps results alive, so that no operation is optimised away. */
const sink: { last: unknown } = { last: undefined }

/** Operations `from` to `from + ops`, as many at a time as the contestant says. */
export async function drive({ operate, isSync, inFlight }: Contestant, from: number, ops: number): Promise<void> {
  const end = from + ops
  if (isSync) {
    for (let i = from; i < end; i++) sink.last = operate(i)
    return
  }
  let next = from
  const work = async () => {
    while (next < end) sink.last = await operate(next++)
  }
  if (inFlight === 1) await work()
  else await Promise.all(Array.from({ length: Math.min(inFlight, ops) }, work))
}

/** The same, with the latency of each operation in microseconds. Two readings of the clock are part of each: about 0.1. */
export async function driveTimed(contestant: Contestant, from: number, ops: number): Promise<Float64Array> {
  const { operate, isSync } = contestant
  const tookUs = new Float64Array(ops)
  const timed = isSync
    ? (i: number) => {
        const startedAt = performance.now()
        sink.last = operate(i)
        tookUs[i - from] = (performance.now() - startedAt) * 1_000
      }
    : async (i: number) => {
        const startedAt = performance.now()
        sink.last = await operate(i)
        tookUs[i - from] = (performance.now() - startedAt) * 1_000
      }
  await drive({ ...contestant, operate: timed }, from, ops)
  return tookUs
}
