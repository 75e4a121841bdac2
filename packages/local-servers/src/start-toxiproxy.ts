import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atExit } from './at-exit.ts'
import { findPrograms, foldersOf } from './find-program.ts'
import { freePort } from './free-port.ts'

/** The command that installs it; completes a sentence such as "install it: …". Go names the program after its folder. */
export const installToxiproxyHint =
  'go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.5.0 && mv "$(go env GOPATH)/bin/server" "$(go env GOPATH)/bin/toxiproxy-server"'

const START_WITHIN_MS = 5_000

/** A proxy to a server that can inject faults. Without a fault it forwards everything. */
export interface ToxicProxy {
  /** `127.0.0.1:PORT`, to be used instead of the server's own address. */
  readonly address: string
  /** Delays each answer. */
  delay(ms: number): Promise<void>
  /** Stops all bytes in both directions, and closes nothing. */
  hang(): Promise<void>
  /** Resets connections, including new ones. */
  reset(): Promise<void>
  /** Removes all faults. */
  mend(): Promise<void>
}

export interface Toxiproxy {
  readonly pid: number
  /** @param upstream `host:port` */
  proxy(upstream: string): Promise<ToxicProxy>
  /** Ends Toxiproxy (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>
}

/**
 * Starts Shopify's Toxiproxy (`toxiproxy-server` on PATH or in Go's folder for programs) on free loopback ports. It is killed when
 * this process exits, but survives a SIGKILL of this process.
 *
 * Throws if it is not installed, and names the command that installs it; throws if it does not serve within 5 s.
 */
export async function startToxiproxy(): Promise<Toxiproxy> {
  const program = findToxiproxy()
  if (program === undefined) throw new Error(`no toxiproxy-server on PATH; install it: ${installToxiproxyHint}`)
  const port = await freePort()
  const child = spawn(program, ['-host', '127.0.0.1', '-port', String(port)], { stdio: 'ignore' })
  const forget = atExit(() => child.kill('SIGKILL'))
  const gone = once(child, 'exit').finally(forget)
  const ask = (method: string, path: string, body?: unknown) => request(`http://127.0.0.1:${port}${path}`, method, body)
  await untilServing(child, () => ask('GET', '/version'))
  let proxies = 0
  return {
    pid: child.pid!,
    async proxy(upstream) {
      const name = `way-${proxies++}`
      const { listen } = (await (await ask('POST', '/proxies', { name, listen: '127.0.0.1:0', upstream })).json()) as {
        listen: string
      }
      const toxic = (type: string, stream: string, attributes: Record<string, number>) =>
        ask('POST', `/proxies/${name}/toxics`, { name: `${type}-${stream}`, type, stream, attributes })
      return {
        address: listen,
        async delay(ms) {
          await toxic('latency', 'downstream', { latency: ms })
        },
        async hang() {
          // timeout 0 lasts until removed. In both directions: otherwise a request that arrived before would still be answered.
          for (const stream of ['upstream', 'downstream']) await toxic('timeout', stream, { timeout: 0 })
        },
        async reset() {
          await toxic('reset_peer', 'downstream', { timeout: 0 })
        },
        async mend() {
          const toxics = (await (await ask('GET', `/proxies/${name}/toxics`)).json()) as { name: string }[]
          for (const toxic of toxics) await ask('DELETE', `/proxies/${name}/toxics/${toxic.name}`)
        },
      }
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The program, if it is installed. */
export function findToxiproxy(): string | undefined {
  const { GOBIN, GOPATH = join(homedir(), 'go') } = process.env
  const goFolders = [...(GOBIN ? [GOBIN] : []), join(GOPATH, 'bin')]
  return findPrograms('toxiproxy-server', [...foldersOf(), ...goFolders])[0]
}

async function request(url: string, method: string, body: unknown): Promise<Response> {
  const answer = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`toxiproxy answered ${answer.status} to ${method} ${url}: ${await answer.text()}`)
  return answer
}

async function untilServing(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS
  for (;;) {
    try {
      await ask()
      return
    } catch (cause) {
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL')
        throw new Error(`toxiproxy did not serve within ${START_WITHIN_MS} ms`, { cause })
      }
      await delay(20)
    }
  }
}
