/**
 * Reads a Mermaid sequence diagram, in exactly the subset that docs/strategies uses:
 *
 *     participant R as Reader
 *     R->>C: a request
 *     C-->>R: a reply
 *     Note over C: text
 *     alt case … else other case … end
 *     par action … and … end
 *
 * Any other line is an error: a diagram that is drawn partly would state something else than its source.
 */
export interface Sequence {
  readonly participants: readonly Participant[]
  readonly steps: readonly Step[]
}

export interface Participant {
  readonly id: string
  readonly label: string
}

export type Step = Message | Note | Block

export interface Message {
  readonly kind: 'message'
  readonly from: number
  readonly to: number
  readonly text: string
  readonly isReply: boolean
}

export interface Note {
  readonly kind: 'note'
  readonly over: number
  readonly text: string
}

export interface Block {
  readonly kind: 'block'
  readonly type: 'alt' | 'par'
  readonly branches: readonly Branch[]
}

export interface Branch {
  /** May be empty after `and`. */
  readonly title: string
  readonly steps: readonly Step[]
}

const PARTICIPANT = /^participant (\w+) as (.+)$/
const MESSAGE = /^(\w+)(-->>|->>)(\w+): (.+)$/
const NOTE = /^Note over (\w+): (.+)$/
const BLOCK = /^(alt|par) (.+)$/
const NEXT_BRANCH = { alt: /^else (.+)$/, par: /^and(?: (.+))?$/ }
/** In Mermaid these begin a comment, an entity, a line break or a new statement. */
const SPECIAL = /%%|[#<;]/

/** @param firstLine the line of the file that has the first line of `source` */
export function parseSequence(source: string, file: string, firstLine: number): Sequence {
  const participants: Participant[] = []
  const top: Step[] = []
  const open: { type: Block['type']; branches: { title: string; steps: Step[] }[]; line: number }[] = []
  let line = firstLine

  const fail = (problem: string) => new Error(`${file}:${line}: ${problem}`)
  const steps = () => open.at(-1)?.branches.at(-1)?.steps ?? top
  const column = (id: string) => {
    const at = participants.findIndex((participant) => participant.id === id)
    if (at < 0) throw fail(`the diagram has no "participant ${id} as …"`)
    return at
  }

  const read = (text: string) => {
    const block = open.at(-1)
    const [, id, label] = PARTICIPANT.exec(text) ?? []
    if (id && label) {
      if (participants.some((one) => one.id === id)) throw fail(`the participant ${id} is declared twice`)
      participants.push({ id, label })
      return
    }
    const [, from, arrow, to, message] = MESSAGE.exec(text) ?? []
    if (from && to && message) {
      if (from === to) throw fail('a message from a participant to itself is not supported')
      const ends = { from: column(from), to: column(to) }
      steps().push({ kind: 'message', ...ends, text: message, isReply: arrow === '-->>' })
      return
    }
    const [, over, note] = NOTE.exec(text) ?? []
    if (over && note) {
      steps().push({ kind: 'note', over: column(over), text: note })
      return
    }
    const [, type, title] = BLOCK.exec(text) ?? []
    if (title) {
      const begun = { type: type as Block['type'], branches: [{ title, steps: [] }] }
      steps().push({ kind: 'block', ...begun })
      open.push({ ...begun, line })
      return
    }
    const next = block && NEXT_BRANCH[block.type].exec(text)
    if (next) {
      block.branches.push({ title: next[1] ?? '', steps: [] })
      return
    }
    if (text === 'end' && block) {
      open.pop()
      return
    }
    throw fail(`unsupported in a sequence diagram: ${text}`)
  }

  const [first, ...rest] = source.trimEnd().split('\n')
  if (first?.trim() !== 'sequenceDiagram') throw fail(`a diagram must begin with "sequenceDiagram", not "${first}"`)
  for (const each of rest) {
    line += 1
    const text = each.trim()
    if (text === '') continue
    const special = SPECIAL.exec(text)
    if (special) throw fail(`"${special[0]}" has a special meaning in Mermaid, which is not supported: ${text}`)
    read(text)
  }
  const unclosed = open.at(-1)
  if (unclosed) {
    line = unclosed.line
    throw fail(`"${unclosed.type}" has no "end"`)
  }
  return { participants, steps: top }
}
