import { type Finding, replay } from './explore.ts'
import { shrink } from './shrink.ts'
import type { Subject } from './subject.ts'
import { traceAsDiagram, traceInWords } from './trace.ts'

/** Shrinks a finding, and describes it for a bug report. */
export async function describeFinding(subject: Subject, finding: Finding): Promise<string> {
  const shrunk = await shrink(subject, finding)
  const { story, violation } = await replay(subject, shrunk.plan, shrunk.schedule)
  return [
    `${subject.name} breaks an invariant: ${violation!.message}`,
    `found by seed ${finding.seed} in schedule ${finding.after}; shrunk from ${finding.schedule.length} steps to ${shrunk.schedule.length}`,
    '',
    traceInWords(story),
    '',
    traceAsDiagram(shrunk.plan, story),
    '',
    `plan ${JSON.stringify(shrunk.plan)}`,
    `schedule ${JSON.stringify(shrunk.schedule)}`,
  ].join('\n')
}
