import { expect, test } from 'vitest'
import { parseSequence } from './parse-sequence.ts'

const parse = (...lines: string[]) =>
  parseSequence(
    ['sequenceDiagram', '  participant R as Reader', '  participant C as Cache', ...lines, ''].join('\n'),
    'a.md',
    10,
  )

test('reads requests, replies and notes in order', () => {
  expect(parse('R->>C: get, then: acquire', 'C-->>R: the lease', 'Note over R: hit')).toEqual({
    participants: [
      { id: 'R', label: 'Reader' },
      { id: 'C', label: 'Cache' },
    ],
    steps: [
      { kind: 'message', from: 0, to: 1, text: 'get, then: acquire', isReply: false },
      { kind: 'message', from: 1, to: 0, text: 'the lease', isReply: true },
      { kind: 'note', over: 0, text: 'hit' },
    ],
  })
})

test('reads nested blocks with their branches', () => {
  const lines = [
    'alt hit',
    'C-->>R: entry',
    'else miss',
    'par one',
    'R->>C: a',
    'and two',
    'R->>C: b',
    'end',
    'end',
    'R->>C: c',
  ]
  const { steps } = parse(...lines)
  expect(steps).toMatchObject([
    {
      kind: 'block',
      type: 'alt',
      branches: [
        { title: 'hit', steps: [{ text: 'entry' }] },
        {
          title: 'miss',
          steps: [
            {
              type: 'par',
              branches: [
                { title: 'one', steps: [{ text: 'a' }] },
                { title: 'two', steps: [{ text: 'b' }] },
              ],
            },
          ],
        },
      ],
    },
    { text: 'c' },
  ])
})

test.each([
  ['another arrow', 'R-xC: get'],
  ['a message without text', 'R->>C:'],
  ['an activation', 'R->>+C: get'],
  ['another kind of note', 'Note right of R: hit'],
  ['a note over two', 'Note over R,C: hit'],
  ['another block', 'loop every second'],
  ['a participant without a label', 'participant D'],
  ['a branch outside a block', 'else miss'],
  ['an end outside a block', 'end'],
])('%s is an error with file and line', (_what, line) => {
  expect(() => parse(line)).toThrow(`a.md:13: unsupported in a sequence diagram: ${line}`)
})

test('a branch of another kind of block is an error', () => {
  expect(() => parse('alt hit', 'R->>C: a', 'and miss')).toThrow('a.md:15: unsupported in a sequence diagram: and miss')
})

test.each(['R->>C: a; b', 'R->>C: a<br/>b', 'R->>C: a #35; b', '%% a comment'])('%s has a special meaning', (line) => {
  expect(() => parse(line)).toThrow(/^a\.md:13: .* has a special meaning in Mermaid, which is not supported/)
})

test('a message to an unknown participant is an error', () => {
  expect(() => parse('R->>D: load')).toThrow('a.md:13: the diagram has no "participant D as …"')
})

test('a participant declared twice is an error', () => {
  expect(() => parse('participant R as Another')).toThrow('a.md:13: the participant R is declared twice')
})

test('a block without an end is an error at its beginning', () => {
  expect(() => parse('R->>C: get', 'alt hit', 'C-->>R: entry')).toThrow('a.md:14: "alt" has no "end"')
})

test('another kind of diagram is an error', () => {
  expect(() => parseSequence('flowchart LR\n  a --> b', 'a.md', 10)).toThrow(
    'a.md:10: a diagram must begin with "sequenceDiagram"',
  )
})
