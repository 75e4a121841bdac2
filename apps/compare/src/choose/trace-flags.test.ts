import { Command } from 'commander'
import { expect, it } from 'vitest'
import { addTraceOptions, refuseTraceFlags, type TraceFlags, traceOptions } from './trace-flags.ts'

function flags(...given: string[]): TraceFlags {
  return addTraceOptions(new Command().exitOverride()).parse(given, { from: 'user' }).opts()
}

it('accepts patterns separated by commas, in one flag or several', () => {
  expect(traceOptions(flags('--exclude', '/healthz, *.css', '--exclude', '*.js', '--include', '/*'))).toEqual({
    exclude: ['/healthz', '*.css', '*.js'],
    include: ['/*'],
  })
  expect(traceOptions(flags())).toEqual({})
  expect(traceOptions(flags('--absent', 'skip'))).toEqual({ absent: 'skip' })
})

it.each([
  [['--exclude', '/a,,/b'], `--exclude is "/a,,/b"; give patterns separated by commas, such as '/healthz,*.css'`],
  [['--include', ''], `--include is ""; give patterns`],
  [['--absent', 'yes'], '--absent is "yes"; give one of count, skip'],
])('rejects %j', (given, message) => {
  expect(() => traceOptions(flags(...given))).toThrow(message)
})

it.each([
  [['--exclude', '*.css'], '--exclude is for traces, and blog is not a trace; leave it out'],
  [['--format', 'text'], '--format is for traces, and blog is not a trace; leave it out'],
])('rejects %j for a workload that is not a file', (given, message) => {
  expect(() => refuseTraceFlags(flags(...given), 'blog')).toThrow(message)
  expect(() => refuseTraceFlags(flags(), 'blog')).not.toThrow()
})
