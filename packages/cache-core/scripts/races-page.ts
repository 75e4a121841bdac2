/** Writes docs/races.md, and the data of the page `/races`, from the explorer's findings. A test compares both with them. */
import { writeFileSync } from 'node:fs'
import { traceAsDiagram, traceInWords } from '../explorer/index.ts'
import { DATA, racesData } from './races-data.ts'
import { sentence, type TracedRun, traceRaces } from './traced-runs.ts'

export const PAGE = new URL('../../../docs/races.md', import.meta.url)

const HEAD = `# Races

How a cache can end up with an old value, and how this one prevents it. Each section is one race: each process is
correct alone, but a few of their steps happen in an unlucky order.

The sequences are not drawn by hand. The explorer ([0008](decisions/0008-explorer.md)) found each by running the real
code with one safeguard removed. Then it ran the complete code through the same steps, as far as possible.
\`packages/cache-core/scripts/races-page.ts\` writes this page from those runs, and a test fails when the page is out of date.
The API's page \`/races\` steps through the same runs, and shows the state after each step and the line of code that decides.

<picture><source media="(prefers-color-scheme: dark)" srcset="images/races-dark.png"><img src="images/races-light.png" alt="The page /races: the two forms of a race side by side, step by step"></picture>

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

export function racesPage(runs: readonly TracedRun[]): string {
  return [HEAD, ...runs.map(section), TAIL].join('\n')
}

const TAIL = `## Two tiers

An in-process cache in front of the shared cache has one more race: the reply to a read crosses the message that invalidates it. In
[tiered](strategies/tiered.md), a message that arrives first marks the read that is under way, so that its reply is not kept
([0018](decisions/0018-two-tiers.md)). The explorer has these messages as steps of their own.
`

function section({ race, plan, violation, broken, guarded }: TracedRun): string {
  return `## ${race.title}

${race.idea}

**When ${race.without}:**

\`\`\`mermaid
${traceAsDiagram(plan, broken.run.story)}
\`\`\`

${sentence(violation)}

**With the safeguard,** in the same order:

\`\`\`text
${traceInWords(guarded.run.story).replaceAll(' · ', '\n')}
\`\`\`

${race.closedBy}
`
}

if (import.meta.main) {
  const runs = await traceRaces()
  writeFileSync(PAGE, racesPage(runs))
  writeFileSync(DATA, racesData(runs))
}
