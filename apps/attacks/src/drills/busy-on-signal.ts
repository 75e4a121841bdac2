/**
 * Imported by an API process of a drill: SIGURG blocks its event loop for BUSY_MS, as a long template or a big JSON does.
 * SIGURG is ignored by default, and the API does not use it.
 */
import { writeSync } from 'node:fs'

process.on('SIGURG', () => {
  const until = performance.now() + Number(process.env.BUSY_MS)
  writeSync(1, 'busy\n')
  while (performance.now() < until);
})
