/** For tests that kill a parent: starts all servers, prints their addresses, and runs until killed. */
import { spawn } from 'node:child_process'
import { startServices } from '../src/index.ts'

const services = await startServices({ redis: true, postgres: true })
// This shell and its child ignore SIGTERM and inherit this process's output. So the output ends only when all are gone.
const deaf = spawn('sh', ['-c', 'trap "" TERM; sleep 600 & wait'], {
  detached: true,
  stdio: ['ignore', 'inherit', 'inherit'],
})
services.alsoEnd(deaf.pid!)
console.log(JSON.stringify({ servicesPid: services.pid, redis: services.redis?.url, postgres: services.postgres?.url }))
setInterval(() => {}, 60_000)
