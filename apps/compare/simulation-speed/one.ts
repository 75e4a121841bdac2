/** One measurement, in a process of its own: `one.ts LOAD STRATEGY REQUESTS SEED`. Prints it as JSON. */
import { strategyNames } from 'strategies'
import { measureSpeed, speedLoads } from '../src/simulation/speed.ts'
import { speedLoadNames } from '../src/simulation/speed-run.ts'

const [load, strategy, requests, seed] = process.argv.slice(2)
const name = speedLoadNames.find((known) => known === load)
const named = strategyNames.find((known) => known === strategy)
if (name === undefined || named === undefined) throw new Error(`there is no ${load} or no ${strategy}`)
console.log(JSON.stringify(await measureSpeed(speedLoads[name], named, Number(requests), Number(seed))))
