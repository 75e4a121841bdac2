/**
 * The key-value traces that Meta publishes with CacheLib: op_time,key,key_size,op,op_count,size,…
 * A line represents `op_count` requests, all in the second that `op_time` names.
 */
import { parseBytes, parseOperation, parseSeconds } from '../fields.ts'
import type { LineFormat } from '../trace-format.ts'

const headerStart = 'op_time,key,key_size,op,op_count,size'
/** Far above any realistic count for one key in one second. A broken count must not exhaust memory. */
const MOST_REPEATS = 1_000_000

export const metaKv: LineFormat = {
  name: 'meta-kv',
  title: 'CSV of op_time, key, key_size, op, op_count, size, …',
  times: 'spread',
  kind: 'lines',
  recognises: (lines) => lines[0]?.startsWith(headerStart) ?? false,

  parse(line, sink) {
    if (line.startsWith(headerStart)) return
    const [time = '', key = '', , operation = '', count = '', size = ''] = line.split(',', 6)
    const timeUs = parseSeconds(time)
    if (timeUs === undefined) return 'the op_time is not a number of seconds'
    if (key === '') return 'no key'
    const op = parseOperation(operation)
    if (op === undefined) return 'unknown op'
    const repeats = parseBytes(count) ?? 0
    if (repeats === 0 || repeats > MOST_REPEATS) return 'op_count is not between 1 and 1,000,000'
    // A read without a result has size 0, which is not the size of the value.
    const sizeBytes = parseBytes(size) ?? 0
    for (let i = 0; i < repeats; i++) {
      if (sizeBytes > 0) sink.add(timeUs, op, key, sizeBytes)
      else sink.add(timeUs, op, key)
    }
  },
}
