import { join } from 'node:path'
import { findPrograms, foldersOf } from './find-program.ts'
import { startPrivateServer } from './private-server.ts'

/** The command that installs it; completes a sentence such as "install it: …". */
export const installPrometheusHint = 'apt-get install prometheus (Debian, Ubuntu) or brew install prometheus (macOS)'

export interface Prometheus {
  readonly url: string
  readonly pid: number
  /** Ends Prometheus (SIGTERM, then SIGKILL after 1 s) and waits until it is gone. */
  stop(): Promise<void>
}

/**
 * Starts Prometheus with this configuration, on a free loopback port and with an empty database, which is deleted when it ends.
 * It is killed when this process exits, but survives a SIGKILL of this process.
 *
 * @param configuration the text of its configuration file; paths in it must be absolute
 * @throws if it is not installed, with the command that installs it, or with its last log lines if it does not start
 */
export async function startPrometheus(configuration: string): Promise<Prometheus> {
  const path = findPrometheus()?.prometheus
  if (path === undefined) throw new Error(`no prometheus or no promtool on PATH; install it: ${installPrometheusHint}`)
  const { port, pid, stop } = await startPrivateServer({
    name: 'prometheus',
    path,
    args: (ownPort, dir) => [
      `--web.listen-address=127.0.0.1:${ownPort}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      '--config.file',
    ],
    configuration: () => configuration,
    isReady: (log) => log.includes('Server is ready to receive web requests'),
  })
  return { url: `http://127.0.0.1:${port}`, pid, stop }
}

/** The server and the checker of its files, if both are on PATH. */
export function findPrometheus(): { readonly prometheus: string; readonly promtool: string } | undefined {
  const [prometheus, promtool] = ['prometheus', 'promtool'].map((name) => findPrograms(name, foldersOf())[0])
  return prometheus !== undefined && promtool !== undefined ? { prometheus, promtool } : undefined
}
