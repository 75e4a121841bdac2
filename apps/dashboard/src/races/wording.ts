/** A step of a story in words: short for the diagram, and as a sentence. */
import type { Step } from './race.ts'

export interface Label {
  readonly action: string
  /** Absent: the step has no answer of its own. */
  readonly answer?: string
}

/** `R fill row with v1 → kept` as two parts. Faults are in the passive: the diagram has no lane for who causes them. */
export function labelOf({ by, text }: Pick<Step, 'by' | 'text'>): Label {
  if (by === 'adversary') return { action: fault(text) }
  const [action = '', answer] = text.split(' → ')
  const named = by === 'outbox' ? `outbox: ${action}` : action
  return answer === undefined ? { action: named } : { action: named, answer }
}

function fault(text: string): string {
  return text
    .replace(/^evicts entry .*$/, 'the entry is evicted')
    .replace(/^(pauses|kills) (\w+)$/, (_all, verb: string, process: string) => `${process} is ${PARTICIPLES[verb]}`)
    .replace(/^wakes (\w+)$/, '$1 wakes')
    .replace(/^refuses (\w+)'s (.*)$/, '$1’s “$2” is refused')
    .replace(/^lets /, '')
}

const PARTICIPLES: Readonly<Record<string, string>> = { pauses: 'paused', kills: 'killed' }

const OUTCOMES: Readonly<Record<string, string>> = {
  hit: 'from the cache',
  miss: 'from its own load',
  collapsed: 'from another reader’s load',
}

type Sentence = (who: string, ...groups: string[]) => string

/** The first that matches the whole text. */
const SENTENCES: readonly (readonly [RegExp, Sentence])[] = [
  [/begins/, (who) => `${who} begins.`],
  [/get \w+ → nothing/, (who) => `${who} looks in the cache and finds no entry.`],
  [/get \w+ → (v\d+)/, (who, version) => `${who} looks in the cache and finds ${version}.`],
  [
    /get (\w+), (\w+) → nothing, nothing/,
    (who, key, tag) => `${who} finds neither the ${key} nor an epoch of the tag “${tag}” in the cache.`,
  ],
  [
    /get (\w+), (\w+) → nothing, epoch \d+/,
    (who, key, tag) => `${who} finds no ${key}, and the current epoch of the tag “${tag}”.`,
  ],
  [
    /get (\w+), (\w+) → (v\d+), epoch \d+/,
    (who, key, tag, version) => `${who} finds ${version} of the ${key}, and the current epoch of the tag “${tag}”.`,
  ],
  [/acquire \w+ → granted/, (who) => `${who} gets the lease, so it may fill the cache.`],
  [/acquire \w+ → held/, (who) => `Another reader has the lease, so ${who} waits.`],
  [
    /epoch of (\w+) → created/,
    (who, tag) => `${who} asks for the epoch of the tag “${tag}”. There was none, so it is created.`,
  ],
  [/epoch of (\w+) → epoch \d+/, (who, tag) => `${who} reads the epoch of the tag “${tag}”.`],
  [/load \w+ → (v\d+)/, (who, version) => `${who} reads the database, which has ${version}.`],
  [/commit → (v\d+)/, (who, version) => `${who} commits ${version} to the database.`],
  [/claim \w+ → claimed/, (who) => `${who} takes the lease, even if another caller holds it.`],
  [/fill \w+ with (v\d+) → kept/, (who, version) => `${who} fills the cache with ${version}, and the cache keeps it.`],
  [
    /fill \w+ with (v\d+) → refused/,
    (who, version) => `${who} tries to fill ${version}. The cache refuses, since ${who} no longer has the lease.`,
  ],
  [/renew \w+ → renewed/, (who) => `${who} is still loading, and extends its lease.`],
  [/subscribe/, (who) => `${who} subscribes to messages about leases that end.`],
  [/invalidate (\w+)/, (who, key) => `${who} invalidates the ${key} in the cache.`],
  [
    /new epoch for (\w+)/,
    (who, tag) => `${who} gives the tag “${tag}” a new epoch, which invalidates every entry with the old one.`,
  ],
  [/gets the answer to (.*)/, (who, what) => `Only now does ${who} get the answer to “${what}”.`],
  [
    /returns (v\d+) \((\w+)\)/,
    (who, version, outcome) => `${who} returns ${version}, ${OUTCOMES[outcome!] ?? outcome}.`,
  ],
  [
    /(v\d+) is acknowledged/,
    (who, version) => `${who} is done: ${version} is acknowledged. Reads that begin from now on must return it.`,
  ],
  [
    /(v\d+) is acknowledged, its invalidation pending/,
    (who, version) =>
      `${who} is done: ${version} is acknowledged. Its process remembers that the invalidation is still pending.`,
  ],
  [/evicts entry (\w+)/, (_who, key) => `The cache evicts the entry of the ${key}, to free memory.`],
  [/pauses (\w+)/, (_who, process) => `${process} is paused, for example by its garbage collector.`],
  [/wakes (\w+)/, (_who, process) => `${process} wakes, and does not know how long it was paused.`],
  [/kills (\w+)/, (_who, process) => `${process} is killed.`],
  [/lets (\d+) ms pass \(the lease\)/, (_who, ms) => `${ms} ms pass, longer than a lease lasts.`],
  [/refuses (\w+)'s (.*)/, (_who, caller, what) => `The store refuses ${caller}’s “${what}”.`],
  [/(\d+) ms pass/, (_who, ms) => `${ms} ms pass.`],
]

/** @throws Error for a text without a sentence, so that a test finds it */
export function sentenceOf({ by, text }: Pick<Step, 'by' | 'text'>): string {
  for (const [pattern, sentence] of SENTENCES) {
    const found = new RegExp(`^${pattern.source}$`).exec(text)
    if (found !== null) return sentence(callerOf(by), ...found.slice(1))
  }
  throw new Error(`no sentence for "${text}"`)
}

export function callerOf(by: string): string {
  if (by === 'outbox') return 'The outbox’s relay'
  return by.replace(/^(\w+) afterwards$/, 'A later reader in $1')
}
