/** A readable schedule: one line per event, or a sequence diagram. */
import type { StoryLine } from './call.ts'
import type { Plan } from './plan.ts'

/** `R1 get row → nothing · R1 acquire row → granted · W1 commit → v2 · …` */
export function traceInWords(story: readonly StoryLine[]): string {
  return essence(story)
    .map(({ by, text }) => (by === 'time' ? text : `${by} ${text}`))
    .join(' · ')
}

/** Draws the same schedule as a Mermaid sequence diagram. */
export function traceAsDiagram(plan: Plan, story: readonly StoryLine[]): string {
  const lines = ['sequenceDiagram']
  for (const { name, process } of plan.actors) lines.push(`  participant ${name} as ${name} in P${process + 1}`)
  lines.push('  participant C as cache', '  participant D as database')
  const names = new Set(plan.actors.map(({ name }) => name))
  for (const { by, text } of essence(story)) {
    if (names.has(by)) lines.push(arrow(by, text))
    else lines.push(`  Note over C,D: ${by === 'time' ? text : `${by} ${text}`}`)
  }
  return lines.join('\n')
}

function arrow(by: string, text: string): string {
  if (/^(load|commit)/.test(text)) return `  ${by}->>D: ${text}`
  if (/^(begins|returns|gets|v\d+ is)/.test(text)) return `  Note over ${by}: ${text}`
  return `  ${by}->>C: ${text}`
}

/** Without redundant lines. Epochs are numbered in the order in which they appear. */
export function essence<L extends StoryLine>(story: readonly L[]): L[] {
  const epochs: string[] = []
  return withoutVainPolls(withoutAnswersHeardAtOnce(story)).map((line) => ({
    ...line,
    text: line.text.replace(/epoch ([0-9a-f]{16})/, (_all, hex: string) => `epoch ${numberOf(epochs, hex)}`),
  }))
}

/** Also drops clock comparisons and renewals that came too late. */
function withoutAnswersHeardAtOnce<L extends StoryLine>(story: readonly L[]): L[] {
  const kept: L[] = []
  for (const [i, line] of story.entries()) {
    const { by, text } = line
    if (/compare clocks|renew .* → lost|gets the answer to renew/.test(text)) continue
    if (text.startsWith('begins') && story[i + 1]?.by === by) continue
    const last = kept.at(-1)
    const what = /^gets the answer to (.*)$/.exec(text)?.[1]
    if (what !== undefined && last?.by === by && (last.text === what || last.text.startsWith(`${what} →`))) continue
    kept.push(line)
  }
  return kept
}

/** Joins consecutive waits into one, even if the same poll is repeated in between. */
function withoutVainPolls<L extends StoryLine>(story: readonly L[]): L[] {
  const kept: L[] = []
  for (const line of story) {
    const { by, text } = line
    const [before, last] = [kept.at(-2), kept.at(-1)]
    if (last?.by === 'time' && before?.by === by && before.text === text) continue
    if (last?.by === 'time' && by === 'time') {
      const ms = Number.parseInt(last.text, 10) + Number.parseInt(text, 10)
      kept.splice(-1, 1, { ...line, text: `${ms} ms pass` })
    } else {
      kept.push(line)
    }
  }
  return kept
}

function numberOf(seen: string[], one: string): number {
  if (!seen.includes(one)) seen.push(one)
  return seen.indexOf(one) + 1
}
