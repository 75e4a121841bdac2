/** Writes docs/races.md from the explorer's findings. A test compares the page with them. */
import { writeFileSync } from 'node:fs'
import { type Finding, type Run, replay, runNth } from '../explorer/explore.ts'
import { traceAsDiagram, traceInWords } from '../explorer/index.ts'
import { calm } from '../explorer/shrink.ts'
import { type TracedRace, tracedRaces } from '../test/traced-races.ts'

export const PAGE = new URL('../../../docs/races.md', import.meta.url)
const SEED = 1
const MAX_SCHEDULES = 200_000

const HEAD = `# Races

How a cache can end up with an old value, and how this one prevents it. Each section is one race: each process is
correct alone, but a few of their steps happen in an unlucky order.

The sequences are not drawn by hand. The explorer ([0008](decisions/0008-explorer.md)) found each by running the real
code with one safeguard removed. Then it ran the complete code through the same steps, as far as possible.
\`packages/cache-core/scripts/races-page.ts\` writes this page from those runs, and a test fails when the page is out of date.

**How to read them.** R, R1, R2 read and W, W1, W2 write; P1 and P2 are processes; the adversary injects faults. The row starts
at version v1.

| step                         | meaning                                                                                    |
| ---------------------------- | ------------------------------------------------------------------------------------------ |
| \`get row → nothing\`        | a read of the cache finds no entry                                                         |
| \`acquire row → granted\`    | the reader has the lease and may fill. \`held\`: another caller has it                     |
| \`load row → v1\`            | a read of the database                                                                     |
| \`commit → v2\`              | the transaction of a write                                                                 |
| \`claim row → claimed\`      | a writer takes the lease, even from another holder                                         |
| \`fill row with v1 → kept\`  | the value is now in the cache. \`refused\`: the caller no longer has the lease             |
| \`invalidate row\`           | entry and lease are dropped                                                                |
| \`new epoch for rows\`       | all entries that carry the tag \`rows\` are invalidated                                    |
| \`gets the answer to …\`     | a late answer; without this line the answer arrived immediately                            |
| \`returns v1 (miss)\`        | the reader's result and its outcome                                                        |
| \`P1 afterwards …\`          | a read at the end. It must be current                                                      |

The same races, scripted, are played against every strategy and store
([races.ts](../packages/cache-core/src/testing/races.ts)). Each strategy's guarantee is in its page under [strategies](strategies).
`

export async function racesPage(): Promise<string> {
  const sections: string[] = []
  for (const race of tracedRaces) sections.push(await section(race))
  return [HEAD, ...sections, TAIL].join('\n')
}

const TAIL = `## Two tiers

An in-process cache in front of the shared cache has one more race: the reply to a read crosses the message that invalidates it. The two-tier
store is not built yet.
`

async function section(race: TracedRace): Promise<string> {
  const { plan, schedule, violation } = await find(race)
  const broken = await replay(race.broken, plan, schedule)
  const guarded = await replay(race.guarded, plan, schedule)
  if (guarded.violation !== undefined)
    throw new Error(`${race.title} breaks the guarded form: ${guarded.violation.message}`)
  return `## ${race.title}

${race.idea}

**When ${race.without}:**

\`\`\`mermaid
${traceAsDiagram(plan, broken.story)}
\`\`\`

${sentence(violation.message)}

**With the safeguard,** in the same order:

\`\`\`text
${traceInWords(guarded.story).replaceAll(' · ', '\n')}
\`\`\`

${race.closedBy}
`
}

/** The calmest schedule that shows the race. @throws Error without one */
async function find(race: TracedRace): Promise<Finding> {
  const isRight = (run: Run) => run.violation !== undefined && tells(race, run)
  for (let n = 0; n < MAX_SCHEDULES; n++) {
    const { schedule, violation } = await runNth(race.broken, SEED, n, race.plan)
    if (violation === undefined) continue
    const finding = { seed: SEED, after: n + 1, plan: race.plan, schedule, violation }
    if (isRight(await replay(race.broken, race.plan, schedule))) return calm(race.broken, finding, isRight)
  }
  throw new Error(`none of ${MAX_SCHEDULES} schedules shows "${race.title}"`)
}

function tells({ has }: TracedRace, { story }: Run): boolean {
  let from = 0
  const lines = story.map(({ by, text }) => `${by} ${text}`)
  return has.every((wanted) => {
    const at = lines.findIndex((line, i) => i >= from && wanted.test(line))
    from = at + 1
    return at >= 0
  })
}

function sentence(message: string): string {
  const text = message.replace(/^[^:]*: /, '')
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

if (import.meta.main) writeFileSync(PAGE, await racesPage())
