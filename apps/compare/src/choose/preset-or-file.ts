import { existsSync } from 'node:fs'
import { wrongValue } from 'command-line'
import { type WorkloadName, workloadNames } from 'workload'

/**
 * What `--workload` names. A preset comes before a file of the same name.
 *
 * @returns undefined if it is a file
 * @throws Error that lists the presets if there is neither a preset nor a file of that name
 */
export function presetOrFile(name: string): WorkloadName | undefined {
  const preset = workloadNames.find((known) => known === name)
  if (preset !== undefined || existsSync(name)) return preset
  throw wrongValue('--workload', name, `one of ${workloadNames.join(', ')}, or an existing file`)
}
