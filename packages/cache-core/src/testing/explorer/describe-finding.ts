import { type Finding, replay } from './explore.ts'
import { shrink } from './shrink.ts'
import { tellAsDiagram, tellInWords } from './tell.ts'
import type { Subject } from './world.ts'

/** A finding, shrunk, in words that a bug report can begin with. */
export async function describeFinding(subject: Subject, finding: Finding): Promise<string> {
  const shrunk = await shrink(subject, finding)
  const { story, breach } = await replay(subject, shrunk.plan, shrunk.schedule)
  return [
    `${subject.name} breaks a promise: ${breach!.message}`,
    `found by seed ${finding.seed} in schedule ${finding.after}; shrunk from ${finding.schedule.length} steps to ${shrunk.schedule.length}`,
    '',
    tellInWords(story),
    '',
    tellAsDiagram(shrunk.plan, story),
    '',
    `plan ${JSON.stringify(shrunk.plan)}`,
    `schedule ${JSON.stringify(shrunk.schedule)}`,
  ].join('\n')
}
