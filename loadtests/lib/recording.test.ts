import { describe, expect, it } from 'vitest'
import { OptionError } from './env.ts'
import { parseRecording } from './recording.ts'

const parse = (content: unknown) => parseRecording(JSON.stringify(content), '/t.json')

describe('parseRecording', () => {
  it('reads operations and times, and summarises them', () => {
    const { facts, operations } = parse({
      operations: [['read', 5], ['write', 9], ['read-modify-write', 5], ['list'], ['page']],
      timesMs: [0, 0.5, 999, 1_000, 2_500],
    })
    expect(operations).toEqual([
      { kind: 'read', id: 5 },
      { kind: 'write', id: 9 },
      { kind: 'read-modify-write', id: 5 },
      { kind: 'list' },
      { kind: 'page' },
    ])
    expect(facts).toMatchObject({ operations: 5, posts: 9, hotId: 5, writeRatio: 0.2, rmwRatio: 0.2 })
    expect(facts.stages.map(({ ratePerSecond }) => ratePerSecond)).toEqual([3, 1, 1])
  })

  it.each([
    [null, 'it must contain "operations" and "timesMs"'],
    [{ operations: [], timesMs: [] }, 'non-empty'],
    [{ operations: [['read', 1]], timesMs: [] }, 'of equal length'],
    [{ operations: [['read']], timesMs: [0] }, 'operations[0] is ["read"]; it must be [kind, id]'],
    [{ operations: [['read', 0]], timesMs: [0] }, 'operations[0] is ["read",0]'],
    [{ operations: [['delete', 1]], timesMs: [0] }, 'operations[0] is ["delete",1]'],
    [{ operations: [['list'], ['list']], timesMs: [5, 4] }, 'timesMs[1] is 4; it must be a number from 5'],
  ])('refuses %j', (content, message) => {
    expect(() => parse(content)).toThrow(OptionError)
    expect(() => parse(content)).toThrow(message)
    expect(() => parse(content)).toThrow('TRACE is "/t.json", but ')
  })

  it('refuses a file that is not JSON', () => {
    expect(() => parseRecording('x', '/t.json')).toThrow('TRACE is "/t.json", but it is not JSON')
  })
})
