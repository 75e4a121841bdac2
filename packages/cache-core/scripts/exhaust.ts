/**
 * Runs every small plan of every read × write × store through all its schedules, and prints how many there were.
 *
 * `node scripts/exhaust.ts [part of the pair's name]`. Exits with 1 at a finding.
 */
import { describeFinding, exhaust, memoryBackend, redisBackend, smallPlans } from '../explorer/index.ts'
import { reads, writes } from '../test/all-strategies.ts'

const wanted = process.argv[2] ?? ''
const backends = [memoryBackend, redisBackend({ inOrder: true }), redisBackend({ inOrder: false })]
const subjects = backends.flatMap((backend) =>
  reads.flatMap((read) =>
    writes.map((write) => ({ name: `${read().name} × ${write().name} × ${backend.name}`, read, write, backend })),
  ),
)
const count = new Intl.NumberFormat('en-US')

let all = 0
for (const subject of subjects.filter(({ name }) => name.includes(wanted))) {
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
    `${subject.name}: ${plans.length} plans, ${count.format(schedules)} schedules, ${count.format(pruned)} equivalent ones given up, ${seconds} s`,
  )
}
console.log(`${count.format(all)} schedules, none breaks an invariant`)
