/**
 * Imported by the API processes of a drill: SIGWINCH collects garbage, so that heaps can be compared. The signal is ignored by
 * default.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
process.on('SIGWINCH', () => collect())
