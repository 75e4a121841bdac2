/**
 * Runs all schedules of the small plans, for every read × write × store, and prints how many there are. Not for commands that
 * arrive in any order, as in a cluster, nor for messages to readers that wait: a single plan then has over 100,000 schedules.
 *
 * `node scripts/exhaust.ts [part of the pair's name …]`. Exits with 1 if a schedule breaks an invariant.
 */
import { describeFinding, exhaust, memoryBackend, redisBackend, smallPlans } from '../explorer/index.ts'
import { reads, writes } from '../test/all-strategies.ts'

const wanted = process.argv.slice(2)
const backends = [memoryBackend, redisBackend({ inOrder: true, hasMessages: false })]
const subjects = backends.flatMap((backend) =>
  reads.flatMap((read) =>
    writes.map((write) => ({ name: `${read().name} × ${write().name} × ${backend.name}`, read, write, backend })),
  ),
)
const count = new Intl.NumberFormat('en-US')

let all = 0
for (const subject of subjects.filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
)) {
  const began = performance.now()
  const plans = smallPlans(subject.backend)
  let schedules = 0
  let pruned = 0
  for (const plan of plans) {
    const exhausted = await exhaust(subject, plan)
    if (exhausted.finding !== undefined) {
      console.log(`${subject.name}, ${plan.name}:\n${await describeFinding(subject, exhausted.finding)}`)
      process.exit(1)
    }
    schedules += exhausted.schedules
    pruned += exhausted.pruned
  }
  all += schedules
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(
    `${subject.name}: ${plans.length} plans, ${count.format(schedules)} schedules, ${count.format(pruned)} equivalent ones skipped, ${seconds} s`,
  )
}
console.log(`${count.format(all)} schedules, none breaks an invariant`)
