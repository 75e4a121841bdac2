import { execFileSync } from 'node:child_process'

const UNPRIVILEGED = ['postgres', 'nobody']

/** The user for a server that refuses to run as root (Postgres, PgBouncer); undefined if not running as root. */
export function unprivilegedUser(server: string): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of UNPRIVILEGED) {
    try {
      const idOf = (option: string) => Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { uid: idOf('-u'), gid: idOf('-g') }
    } catch {}
  }
  const names = UNPRIVILEGED.join(' or ')
  throw new Error(`${server} does not run as root, and there is no user ${names}; run this as another user`)
}
