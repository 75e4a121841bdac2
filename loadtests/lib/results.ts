import exec from 'k6/execution'
import { ApiError } from './api.ts'
import { type Env, OptionError, textFrom } from './env.ts'

/**
 * Where a result goes: `results/` of this repository, wherever k6 was started; RESULTS_DIR overrides. To be called
 * before the run, so that no figures are lost.
 * @throws OptionError where RESULTS_DIR is no folder: k6 makes none
 */
export function resultFile(env: Env, name: string): string {
  const folder = textFrom(env, 'RESULTS_DIR', '').replace(/(?<=.)\/+$/, '')
  if (folder === '') return decodeURIComponent(import.meta.resolve(`../../results/${name}`).replace(/^file:\/\//, ''))
  // k6 opens files relative to this script, and writes them relative to where it was started.
  const path = folder.startsWith('/') ? folder : `${textFrom(env, 'PWD', '')}/${folder}`
  if (!isFolder(path)) {
    throw new OptionError(`RESULTS_DIR is "${folder}"; allowed is a folder that exists: mkdir -p "${folder}"`)
  }
  return `${path}/${name}`
}

/** k6 can't look at folders, but it tells one that it can't open from one that isn't there. */
function isFolder(path: string): boolean {
  try {
    open(path)
    return false
  } catch (error) {
    return /director/i.test(String(error)) && !/no such file/i.test(String(error))
  }
}

/**
 * `--vus`, `--duration`, `--iterations` and `--stage` replace all scenarios by one of k6's own, under which every
 * strategy would be missing.
 * @throws ApiError
 */
export function refuseOverride(): void {
  if (!Object.hasOwn(exec.test.options.scenarios ?? {}, 'default')) return
  throw new ApiError(
    '--vus, --duration, --iterations and --stage do not fit this script, which has a turn for each strategy; ' +
      'give -e RATE=200 (requests per second), -e DURATION=5s (measured, per strategy) and -e VUS=50 instead',
  )
}
