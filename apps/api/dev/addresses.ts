import { freePort } from 'local-servers'
import { EnvError } from '../src/process/env.ts'

/** The port that one API process listens on, and its URL. */
export interface Address {
  port: number
  url: string
}

/**
 * A single process listens on `PORT`, several on the ports after it. With `PORT` 0, each gets a free port.
 *
 * @param processes undefined: a single process
 * @throws EnvError when there are too few ports after `PORT`
 */
export async function addressesOf(
  { PORT, HOST }: { PORT: number; HOST: string },
  processes: number | undefined,
): Promise<Address[]> {
  const count = processes ?? 1
  const first = processes === undefined ? PORT : PORT + 1
  if (PORT !== 0 && first + count - 1 > 65_535) {
    throw new EnvError(
      `PORT is "${PORT}"; allowed with --processes ${count}: up to ${65_535 - count}, since they listen on the ports after it`,
    )
  }
  const addresses: Address[] = []
  for (let i = 0; i < count; i++) {
    const port = PORT === 0 ? await freePort() : first + i
    addresses.push({ port, url: `http://${reachable(HOST)}:${port}` })
  }
  return addresses
}

/** A browser can't open the "all interfaces" address. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
