import { type ApiProcess, startApi as startEntry } from 'local-servers'

const entry = new URL('../../src/main.ts', import.meta.url)

/** Starts this API as a process, as `startApi` of `local-servers` says. */
export function startApi(env: Record<string, string | undefined>): Promise<ApiProcess> {
  return startEntry(entry, env)
}
