import { type ChildProcess, fork } from 'node:child_process'

/** Starts a process of the live page, which gets its plan as JSON. Built, its file is in `live` beside the bundle. */
export function startScript(name: 'load-process' | 'lease-holder', plan: unknown): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const file = new URL(isSource ? `./${name}.ts` : `./live/${name}.js`, import.meta.url)
  // Set by `node --watch`: the process would send each module that it loads as a message.
  const { WATCH_REPORT_DEPENDENCIES: _, ...env } = process.env
  return fork(file, [JSON.stringify(plan)], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}
