import { type Env, textFrom } from './env.ts'

/**
 * Where a result goes: `results/` of this repository, wherever k6 was started; RESULTS_DIR overrides.
 * k6 makes no folders, so it has to exist.
 */
export function resultFile(env: Env, name: string): string {
  const folder = textFrom(env, 'RESULTS_DIR', '')
  if (folder !== '') return `${folder.replace(/\/+$/, '')}/${name}`
  return decodeURIComponent(import.meta.resolve(`../../results/${name}`).replace(/^file:\/\//, ''))
}
