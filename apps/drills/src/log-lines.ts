import type { ApiProcess } from 'local-servers'

const WARNING = 40

/** What API processes told the operator: warnings and errors by message, with how often each came. */
export function warningsOf(apis: readonly ApiProcess[]): ReadonlyMap<string, number> {
  const warnings = new Map<string, number>()
  for (const line of apis.flatMap((api) => api.output().split('\n'))) {
    const logged = parsed(line)
    if (logged === undefined || !(logged.level >= WARNING)) continue
    warnings.set(logged.msg, (warnings.get(logged.msg) ?? 0) + 1)
  }
  return warnings
}

function parsed(line: string): { level: number; msg: string } | undefined {
  try {
    return JSON.parse(line) as { level: number; msg: string }
  } catch {
    return undefined // what Node prints itself, or half a line
  }
}
