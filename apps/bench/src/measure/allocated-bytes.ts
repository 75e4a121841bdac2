import { GCProfiler, getHeapStatistics } from 'node:v8'

/**
 * Bytes that `work` allocates on the JavaScript heap: its growth, and what each collection freed meanwhile. Memory outside the heap,
 * such as the contents of buffers, does not count.
 */
export async function allocatedBytes(work: () => Promise<void>): Promise<number> {
  const profiler = new GCProfiler()
  profiler.start()
  const before = getHeapStatistics().used_heap_size
  await work()
  const after = getHeapStatistics().used_heap_size
  // Undefined if it is stopped twice.
  const { statistics } = profiler.stop()!
  return statistics.reduce(
    (sum, { beforeGC, afterGC }) => sum + beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
    after - before,
  )
}
