/** For the tests that kill a parent: starts everything a launcher would, says what, and stays until it is killed. */
import { spawn } from 'node:child_process'
import { startServices } from '../src/index.ts'

const services = await startServices({ redis: true, postgres: true })
// Deaf to SIGTERM, child included, and on this process's output: who reads that sees its end when all of them are gone.
const deaf = spawn('sh', ['-c', 'trap "" TERM; sleep 600 & wait'], {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
})
services.alsoEnd(deaf.pid!)
console.log(JSON.stringify({ servicesPid: services.pid, redis: services.redis?.url, postgres: services.postgres?.url }))
setInterval(() => {}, 60_000)
