import exec from 'k6/execution'
import { ApiError } from './api.ts'
import { type Env, OptionError, textFrom } from './env.ts'

/**
 * The path of a result file: in RESULTS_DIR, or in `results/` of this repository, wherever k6 was started. Call it before
 * the run, so that no figures are lost.
 * @throws OptionError if RESULTS_DIR is not a folder: k6 creates none
 */
export function resultFile(env: Env, name: string): string {
  const folder = textFrom(env, 'RESULTS_DIR', '').replace(/(?<=.)\/+$/, '')
  if (folder === '') return decodeURIComponent(import.meta.resolve(`../../results/${name}`).replace(/^file:\/\//, ''))
  // k6 opens files relative to this script, but writes them relative to its working directory.
  const path = folder.startsWith('/') ? folder : `${textFrom(env, 'PWD', '')}/${folder}`
  if (!isFolder(path)) {
    throw new OptionError(`RESULTS_DIR is "${folder}"; it must be an existing folder: mkdir -p "${folder}"`)
  }
  return `${path}/${name}`
}

/** k6 can't read folders, but its error distinguishes a folder from a missing path. */
function isFolder(path: string): boolean {
  try {
    open(path)
    return false
  } catch (error) {
    return /director/i.test(String(error)) && !/no such file/i.test(String(error))
  }
}

/**
 * `--vus`, `--duration`, `--iterations` and `--stage` replace all scenarios with k6's default one, which would measure no
 * strategy.
 * @throws ApiError
 */
export function refuseOverride(): void {
  if (!Object.hasOwn(exec.test.options.scenarios ?? {}, 'default')) return
  throw new ApiError(
    '--vus, --duration, --iterations and --stage do not work with this script, which runs one turn per strategy; ' +
      'use -e RATE=200 (requests per second), -e DURATION=5s (measured, per strategy) and -e VUS=50 instead',
  )
}
