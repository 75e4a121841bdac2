import type { ApiProcess } from 'local-servers'
import { describe, expect, it } from 'vitest'
import { listen, warningsOf } from './log-lines.ts'

/** Processes with this output, and the problems reported. */
function system(...outputs: string[]) {
  const printed = [...outputs]
  const problems: string[] = []
  return {
    apis: outputs.map((_, i) => ({ output: () => printed[i]! }) as ApiProcess),
    problem: (line: string) => problems.push(line),
    problems,
    print(api: number, line: object) {
      printed[api] += `${JSON.stringify({ level: 40, ...line })}\n`
    },
  }
}

const refused = (msg: string) => ({ code: 'COMMAND_REFUSED', msg })

describe('listen', () => {
  it('counts new lines by code and by words, in any case', () => {
    const drill = system('{"level":40,"code":"COMMAND_REFUSED","msg":"scan: allow it by +scan"}\n', '')
    const log = listen(drill)
    expect(log.said(0, 'COMMAND_REFUSED')).toBe(0)
    drill.print(0, refused('SCAN is refused; allow it by +SCAN'))
    drill.print(0, refused('EVALSHA is refused; allow it by +evalsha'))
    drill.print(0, { code: 'CONNECTION_RENEWED', msg: 'because +scan is missing' })
    drill.print(0, { level: 30, ...refused('no warning, +scan') })
    expect(log.said(0, 'COMMAND_REFUSED')).toBe(2)
    expect(log.said(0, 'COMMAND_REFUSED', ['+scan'])).toBe(1)
    expect(log.said(1, 'COMMAND_REFUSED')).toBe(0)
  })

  it('matches whole words', () => {
    const drill = system('')
    const log = listen(drill)
    drill.print(0, refused('allow them by +getrange +eval.'))
    expect(log.said(0, 'COMMAND_REFUSED', ['+get'])).toBe(0)
    expect(log.said(0, 'COMMAND_REFUSED', ['+getrange', '+eval'])).toBe(1)
  })

  it('reports processes that did not log a line, or logged it too often', async () => {
    const drill = system('', '', '')
    const log = listen(drill)
    drill.print(0, refused('+scan'))
    drill.print(1, refused('+scan'))
    drill.print(1, refused('+scan'))
    await log.expectLogged('COMMAND_REFUSED', { words: ['+scan'] })
    await log.expectLogged('COMMAND_REFUSED', { words: ['+scan'], of: [0, 1], atMost: 2 })
    expect(drill.problems).toEqual([
      'API process 2 logged COMMAND_REFUSED and "+scan" 2 times, allowed 1',
      'API process 3 did not log COMMAND_REFUSED and "+scan"',
    ])
  })

  it('waits for a line that is not printed yet', async () => {
    const drill = system('')
    const log = listen(drill)
    const expected = log.expectLogged('COMMAND_REFUSED')
    drill.print(0, refused('+scan'))
    await expected
    expect(drill.problems).toEqual([])
  })

  it('reports processes that considered Redis unavailable', () => {
    const drill = system('', '')
    const log = listen(drill)
    drill.print(1, { msg: 'redis: unavailable; reads bypass the cache until it is back' })
    log.expectNeverAway()
    expect(drill.problems).toEqual(['API process 2 logged "redis: unavailable" 1 times'])
  })
})

it('counts warnings and errors by message, and ignores output that is not a log line', () => {
  const line = (level: number, msg: string) => JSON.stringify({ level, msg })
  const { apis } = system(
    ['(node:1) Warning', line(40, 'a'), line(50, 'b'), line(30, 'c'), '{"lev'].join('\n'),
    line(40, 'a'),
  )
  expect([...warningsOf(apis)]).toEqual([
    ['a', 2],
    ['b', 1],
  ])
})
