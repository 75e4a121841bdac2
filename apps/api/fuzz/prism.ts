/**
 * Prism as a proxy in front of the API: it holds every answer to the document. Heavy, so that it is no dependency: npx fetches it.
 * Requests that break the document are let through, since they are what a fuzz is about; answers that break it become a 500.
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
  // Silent, since its own log brings it down on requests it can't parse.
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
  // A group of its own, since npx starts it as a grandchild.
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
      throw new Error(`prism ended with ${child.exitCode} before it listened; npx ${PRISM} says why`)
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
 * What prism made of an answer: `api` when it is the API's own and as documented, `prism` when the request never got through
 * (prism knows no such path or method, could not read the body, or failed), otherwise in what the answer breaks the document.
 * The API's own refusals are problems under names of its own.
 */
export function judgedByPrism({ status, headers, text }: Answer): 'api' | 'prism' | { readonly breaks: string } {
  if (status < 400) return 'api'
  if (headers['content-type'] !== 'application/problem+json') return 'prism'
  const problem = JSON.parse(text) as Problem
  if (problem.type?.startsWith('urn:problem:')) return 'api'
  if (!problem.type?.endsWith('#VIOLATIONS')) return 'prism'
  const breaks = problem.validation?.map(({ location = [], message }) => `${location.join('.')}: ${message}`)
  return { breaks: breaks?.join('; ') ?? text }
}
