import { freePort } from 'local-servers'
import { EnvError } from '../src/env.ts'

/** Where one API process of several listens, and where it is reached. */
export interface Address {
  port: number
  url: string
}

/**
 * One process listens on `PORT`; of several, each on one of its own: the next ports after it. Where `PORT` is 0, on free ones.
 *
 * @param processes undefined for one alone
 * @throws EnvError when there are not so many ports after it
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

/** All interfaces are no address to open. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
