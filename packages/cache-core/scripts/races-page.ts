/** Writes docs/races.md from what the explorer finds. A test holds the page to it. */
import { writeFileSync } from 'node:fs'
import { type Finding, type Run, replay, runNth } from '../src/testing/explorer/explore.ts'
import { calm } from '../src/testing/explorer/shrink.ts'
import { traceAsDiagram, traceInWords } from '../src/testing/index.ts'
import { type ToldRace, toldRaces } from '../test/traced-races.ts'

export const PAGE = new URL('../../../docs/races.md', import.meta.url)
const SEED = 1
const MAX_SCHEDULES = 200_000

const HEAD = `# Races

How a cache comes to hold an old value for good, and how this one doesn't. Each section is one race: a few steps of
processes that each do nothing wrong, in an order in which nobody looks.

The sequences are not drawn by hand. The explorer ([0008](decisions/0008-explorer.md)) found each of them by running the real
code with one safeguard taken out, and told what it saw. Then it ran the code as it is through the same steps, as far as they go.
\`packages/cache-core/scripts/races-page.ts\` wrote this page from that, and a test fails when it is no longer so.

**How to read them.** R, R1, R2 read and W, W1, W2 write; P1 and P2 are processes; the adversary is whatever can go wrong. The row is
at version v1 when it begins.

| step                         | meaning                                                                                    |
| ---------------------------- | ------------------------------------------------------------------------------------------ |
| \`get row → nothing\`        | the cache is asked for the entry, and has none                                             |
| \`acquire row → granted\`    | the reader has the lease: it may fill. \`held\`: another one has it                        |
| \`load row → v1\`            | the database is read                                                                       |
| \`commit → v2\`              | the transaction of a write                                                                 |
| \`claim row → claimed\`      | a writer takes the lease, whoever had it                                                   |
| \`fill row with v1 → kept\`  | the value is put into the cache. \`refused\`: the lease was somebody else's                |
| \`void row\`                 | entry and lease are dropped                                                                |
| \`new epoch for rows\`       | all entries that carry the tag are void                                                    |
| \`hears of: …\`              | the answer arrives only now; without this line it arrived at once                          |
| \`returns v1 (miss)\`        | what the reader gets, and how                                                              |
| \`P1 afterwards …\`          | a read when all is over. It must be current                                                |

The same races, scripted, are played against every strategy and store
([races.ts](../packages/cache-core/src/testing/races.ts)). What each strategy guarantees is in its page under [strategies](strategies).
`

export async function racesPage(): Promise<string> {
  const sections: string[] = []
  for (const race of toldRaces) sections.push(await section(race))
  return [HEAD, ...sections, TAIL].join('\n')
}

const TAIL = `## Two tiers

A cache in the process in front of the shared one has a race of its own: the reply to a read and the message that voids it cross. The two-tier
store is not built yet; its race will be told here with it.
`

async function section(race: ToldRace): Promise<string> {
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

**As it is,** in the same order:

\`\`\`text
${traceInWords(guarded.story).replaceAll(' · ', '\n')}
\`\`\`

${race.closedBy}
`
}

/** The schedule that tells the race best. @throws Error when none does */
async function find(race: ToldRace): Promise<Finding> {
  const isRight = (run: Run) => run.violation !== undefined && tells(race, run)
  for (let n = 0; n < MAX_SCHEDULES; n++) {
    const { schedule, violation } = await runNth(race.broken, SEED, n, race.plan)
    if (violation === undefined) continue
    const finding = { seed: SEED, after: n + 1, plan: race.plan, schedule, violation }
    if (isRight(await replay(race.broken, race.plan, schedule))) return calm(race.broken, finding, isRight)
  }
  throw new Error(`no schedule of ${MAX_SCHEDULES} tells "${race.title}"`)
}

function tells({ has }: ToldRace, { story }: Run): boolean {
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
