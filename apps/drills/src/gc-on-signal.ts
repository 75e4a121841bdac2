/**
 * Imported by the API processes of a drill: collects garbage when told to, so that heaps can be compared. By a signal that ends
 * nobody who does not listen to it.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
process.on('SIGWINCH', () => collect())
