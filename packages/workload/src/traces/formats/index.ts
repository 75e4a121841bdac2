import type { Format, TraceFormat } from '../trace-format.ts'
import { combined, common } from './access-log.ts'
import { be32, be64 } from './big-endian.ts'
import { keys } from './keys.ts'
import { metaKv } from './meta-kv.ts'
import { nasaTsv } from './nasa-tsv.ts'
import { text } from './text.ts'

/** In the order in which they are tried: each line of `combined` is also a line of `common`. */
export const formats: readonly Format[] = [nasaTsv, metaKv, combined, common, text, keys, be32, be64]

export const traceFormats: readonly TraceFormat[] = formats.map(({ name }) => name)
