/** What one form does at a step, in words. */
import { type Form, lastRow, type Race, type State, stateAt } from './race.ts'
import { callerOf, sentenceOf } from './wording.ts'

type Told = Pick<Race, 'rows' | 'violation'>

/** The step as a sentence, with what it changes for a lease or a tag; at the end of the form without the safeguard, what is wrong. */
export function saidOf(race: Told, form: Form, row: number): string {
  const step = race.rows[row]![form]
  const last = lastRow(race, form)
  if (step === undefined) {
    if (row < last) return 'Nothing happens at this step.'
    return form === 'broken' ? `This run has ended. ${wrong(race)}` : 'This run has ended.'
  }
  const sentence = sentenceOf(step)
  if (form === 'broken' && row === last) return step.by === 'time' ? `${sentence} ${wrong(race)}` : wrong(race)
  return `${sentence}${consequence(step.text, stateAt(race, form, row - 1), step.state)}`
}

function wrong({ violation }: Pick<Race, 'violation'>): string {
  return violation.replace(/^\w+ afterwards/, callerOf).replace(' → ', ' as ')
}

function consequence(text: string, before: State, after: State): string {
  if (text.startsWith('invalidate ') && before.lease !== undefined) {
    return after.lease === undefined ? ` ${before.lease}’s lease is revoked.` : ` ${before.lease} keeps its lease.`
  }
  if (text.startsWith('fill ') && after.isOutdated)
    return ' But its epoch is not the tag’s any more, so no reader uses it.'
  return ''
}
