/**
 * Prism as a proxy in front of the API: it checks every answer against the OpenAPI document. npx fetches it, since it
 * is too large for a dependency. It forwards requests that violate the document, as a fuzz test needs. It replaces
 * answers that violate the document by a 500.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from 'local-servers'
import type { Answer } from './send.ts'

const PRISM = '@stoplight/prism-cli@5.14.2'

export interface Prism {
  readonly url: string
  isThere(): boolean
  stop(): Promise<void>
}

export async function startPrism(apiUrl: string): Promise<Prism> {
  const folder = mkdtempSync(join(tmpdir(), 'prism-'))
  const file = join(folder, 'openapi.json')
  writeFileSync(file, await (await fetch(`${apiUrl}/openapi.json`)).text())
  const port = await freePort()
  // Logging is off, since prism crashes when it logs a request that it can't parse.
  const args = [
    'proxy',
    file,
    apiUrl,
    '--errors',
    '--validate-request=false',
    '--port',
    String(port),
    '--verboseLevel=silent',
  ]
  // Its own process group, since npx starts it as a grandchild.
  const child = spawn('npx', ['-y', PRISM, ...args], { detached: true, stdio: 'ignore' })
  const ended = once(child, 'exit')
  process.on('exit', () => end('SIGKILL'))
  function end(signal: NodeJS.Signals): void {
    try {
      process.kill(-child.pid!, signal)
    } catch {} // gone already
  }
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url))) {
    if (child.exitCode !== null)
      throw new Error(`prism exited with ${child.exitCode} before it listened; run npx ${PRISM} to see why`)
    await sleep(100)
  }
  return {
    url,
    isThere: () => child.exitCode === null,
    async stop() {
      end('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

interface Problem {
  readonly type?: string
  readonly validation?: readonly { readonly location?: readonly string[]; readonly message?: string }[]
}

/**
 * Prism's verdict: `api` for a documented answer of the API, `prism` when prism did not forward the request (unknown path or
 * method, unreadable body, or a failure), otherwise how the answer violates the document. Problems from the API have types
 * that begin with `urn:problem:`.
 */
export function prismVerdict({ status, headers, text }: Answer): 'api' | 'prism' | { readonly breaks: string } {
  if (status < 400) return 'api'
  if (headers['content-type'] !== 'application/problem+json') return 'prism'
  const problem = JSON.parse(text) as Problem
  if (problem.type?.startsWith('urn:problem:')) return 'api'
  if (!problem.type?.endsWith('#VIOLATIONS')) return 'prism'
  const breaks = problem.validation?.map(({ location = [], message }) => `${location.join('.')}: ${message}`)
  return { breaks: breaks?.join('; ') ?? text }
}
