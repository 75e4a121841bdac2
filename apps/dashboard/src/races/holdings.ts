/** What each participant has, worked out from the steps so far. */
import type { Form, Participant, Race, Step } from './race.ts'

type Steps = readonly (Step | undefined)[]

/** After `row`, by name. */
export function holdings(race: Pick<Race, 'rows' | 'participants'>, form: Form, row: number): Map<string, string> {
  const steps = race.rows.map((each) => each[form])
  return new Map(race.participants.map((participant) => [participant.name, holding(participant, steps, row)]))
}

function holding({ name, process }: Participant, steps: Steps, row: number): string {
  let held = 'nothing'
  let isOver = false
  for (const [i, step] of steps.slice(0, row + 1).entries()) {
    if (step?.by === 'adversary' && step.text === `kills ${process}` && !isOver) return 'killed'
    if (step?.by !== name) continue
    const { text } = step
    const version = /v\d+/.exec(text)?.[0]
    if (text.startsWith('load ')) held = `${version}${isAnsweredLater(step, steps.slice(i + 1)) ? ', on its way' : ''}`
    else if (text.startsWith('gets the answer to load')) held = held.replace(', on its way', '')
    else if (text.startsWith('commit ')) held = `${version}`
    else if (text.startsWith('returns ')) [held, isOver] = [`returned ${version}`, true]
    else if (/^v\d+ is acknowledged/.test(text)) [held, isOver] = ['done', true]
  }
  return held
}

/** Whether the caller's next line says that the answer arrived only then. */
function isAnsweredLater({ by, text }: Step, later: Steps): boolean {
  const next = later.find((step) => step?.by === by)
  return next?.text === `gets the answer to ${text.replace(/ → .*$/, '')}`
}
