/** The load that the live page starts: one at a time, bounded, in a process of its own. */
import type { ChildProcess } from 'node:child_process'
import { hottestIdOf } from './load-request.ts'
import type { LoadControl, LoadPlan, LoadProgress, LoadRuns, Run } from './load-runs.ts'
import { startScript } from './start-script.ts'

/** Waiting for the last answers, and starting the process. */
const GRACE_MS = 15_000

export class LoadRunner implements LoadControl {
  readonly #onChange: (runs: LoadRuns) => void
  #child: ChildProcess | undefined
  #isStopped = false
  #runs: LoadRuns = { running: null, last: null }

  constructor(onChange: (runs: LoadRuns) => void) {
    this.#onChange = onChange
  }

  get runs(): LoadRuns {
    return this.#runs
  }

  start(plan: LoadPlan): boolean {
    if (this.#child !== undefined) return false
    const child = startScript('load-process', plan)
    this.#child = child
    this.#isStopped = false
    const { base: _base, agents: _agents, ...shape } = plan
    const now = Date.now()
    let run: Run = {
      ...shape,
      startedAt: new Date(now).toISOString(),
      endsAt: new Date(now + plan.seconds * 1_000).toISOString(),
      hottestId: hottestIdOf(plan),
      sent: 0,
      failed: 0,
      skipped: 0,
    }
    const { last } = this.#runs
    child.on('message', (progress: LoadProgress) => {
      run = { ...run, ...progress }
      this.#change({ running: run, last })
    })
    const overdue = setTimeout(() => child.kill('SIGKILL'), plan.seconds * 1_000 + GRACE_MS)
    const ended = (code: number | null) => {
      if (this.#child !== child) return
      clearTimeout(overdue)
      this.#child = undefined
      const why = this.#isStopped ? 'stopped' : code === 0 ? 'done' : 'failed'
      this.#change({ running: null, last: { ...run, endedAt: new Date().toISOString(), why } })
    }
    child.on('exit', ended)
    child.on('error', () => ended(null)) // it could not be started
    this.#change({ running: run, last })
    return true
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#isStopped = true
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }

  #change(runs: LoadRuns): void {
    this.#runs = runs
    this.#onChange(runs)
  }
}
