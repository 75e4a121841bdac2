/**
 * Sends the same operations to each strategy at the same times, over HTTP. A process of its own, so that it takes no time from the
 * API's. Its argument is the JSON of `LoadPlan`; it reports `LoadProgress` to its parent, and ends with it.
 */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { mixOf } from './load-request.ts'
import type { LoadPlan, LoadProgress } from './load-runs.ts'

const TICK_MS = 5
/** More unanswered requests only measure the length of the queue. */
const MAX_UNANSWERED = 1_000
const ANSWER_WITHIN_MS = 10_000
const REPORT_EVERY_MS = 500

const plan = JSON.parse(process.argv[2]!) as LoadPlan
const agents = Array.from({ length: plan.agents }, () => new Agent({ keepAlive: true, maxSockets: 256 }))
const mix = mixOf(plan)
const progress = { sent: 0, failed: 0, skipped: 0 }
let unanswered = 0

process.on('disconnect', () => process.exit(0))
setInterval(report, REPORT_EVERY_MS).unref()

await sendAll()
const until = performance.now() + ANSWER_WITHIN_MS
while (unanswered > 0 && performance.now() < until) await sleep(TICK_MS)
progress.failed += unanswered
for (const agent of agents) agent.destroy()
report()
process.disconnect()

async function sendAll(): Promise<void> {
  const operations = plan.ratePerSecond * plan.seconds
  const startedAt = performance.now()
  for (let n = 0; n < operations; await sleep(TICK_MS)) {
    const due = Math.min(operations, Math.floor(((performance.now() - startedAt) / 1_000) * plan.ratePerSecond))
    for (; n < due; n++) {
      const operation = mix.operationAt(n)
      if (operation.kind !== 'read' && operation.kind !== 'write') throw new Error(`the mix has a ${operation.kind}`)
      for (const strategy of plan.strategies) send(operation.kind, `/api/posts/${operation.id}?strategy=${strategy}`, n)
    }
  }
}

function send(kind: 'read' | 'write', path: string, n: number): void {
  if (unanswered >= MAX_UNANSWERED) {
    progress.skipped++
    return
  }
  progress.sent++
  unanswered++
  let isOver = false
  const over = (failed: boolean) => {
    if (isOver) return
    isOver = true
    unanswered--
    if (failed) progress.failed++
  }
  const write = kind === 'write' ? { method: 'PATCH', headers: { 'Content-Type': 'application/json' } } : {}
  const agent = agents[Math.floor(Math.random() * agents.length)]!
  const asked = request(plan.base + path, { agent, timeout: ANSWER_WITHIN_MS, ...write }, (answer) => {
    answer.resume()
    answer.on('close', () => over((answer.statusCode ?? 500) >= 500))
  })
  asked.on('timeout', () => asked.destroy())
  asked.on('error', () => over(true))
  asked.end(kind === 'write' ? JSON.stringify({ title: `Title ${n}` }) : undefined)
}

function report(): void {
  if (process.connected) process.send?.(progress satisfies LoadProgress)
}
