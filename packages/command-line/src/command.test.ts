import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { collect, describeCommand, runCommand, UsageError, wholeNumber } from './index.ts'

const out = vi.spyOn(process.stdout, 'write')
const err = vi.spyOn(console, 'error')
beforeEach(() => {
  out.mockReset().mockReturnValue(true)
  err.mockReset().mockImplementation(() => {})
})
afterEach(() => {
  process.exitCode = undefined
})

const ran = vi.fn()
async function run(...argv: string[]) {
  ran.mockReset()
  const command = describeCommand('pnpm count', { does: 'Counts.', needs: 'Nothing.', prints: 'The sum.' })
    .option('--count <n>', 'how many', wholeNumber('--count', { min: 1, max: 1000 }), 10)
    .option('--schema <name>', 'which', collect)
    .action((options) => ran(options))
  await runCommand(command, argv)
  const written = (calls: unknown[][]) => calls.map(([text]) => text).join('')
  const exitCode = process.exitCode
  process.exitCode = undefined
  return { exitCode, out: written(out.mock.calls), err: written(err.mock.calls) }
}

describe('a command', () => {
  it.each([['--help'], ['-h'], ['--count', '5', '--help']])(
    'explains with %s what it does, needs, accepts and prints',
    async (...argv) => {
      const { exitCode, out } = await run(...argv)
      expect(exitCode).toBeUndefined()
      for (const part of [
        'pnpm count',
        'Counts.',
        '--count <n>',
        '(default: 10)',
        'Needs: Nothing.',
        'Prints: The sum.',
      ]) {
        expect(out).toContain(part)
      }
      expect(ran).not.toHaveBeenCalled()
    },
  )

  it.each([
    [['--count', '5'], { count: 5 }],
    [['--count=5'], { count: 5 }],
    [['--', '--count', '5'], { count: 5 }],
    [['--schema', 'a', '--schema=b'], { count: 10, schema: ['a', 'b'] }],
    [[], { count: 10 }],
  ])('reads %j', async (argv, options) => {
    expect(await run(...argv)).toEqual({ exitCode: undefined, out: '', err: '' })
    expect(ran).toHaveBeenCalledWith(options)
  })

  it.each([
    [['--frob'], "unknown option '--frob'; allowed: --count, --schema, --help"],
    [['--frob=1'], "unknown option '--frob=1'; allowed: --count, --schema, --help"],
    [['-c', '1'], "unknown option '-c'; allowed:"],
    [['--no-count'], "unknown option '--no-count'; allowed:"],
    [['stray'], 'too many arguments'],
    [['--count'], "option '--count <n>' argument missing; allowed:"],
    [['--count', '1', '--count', '2'], '--count was given more than once; give it once'],
  ])('refuses %j with one line and exit code 2', async (argv, line) => {
    const { exitCode, out, err } = await run(...argv)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(line)
    expect(err).not.toContain('\n')
    expect(ran).not.toHaveBeenCalled()
  })

  it.each([
    '0',
    '-1',
    '1.5',
    'abc',
    '1001',
    '1e2',
    '0x10',
    ' 5',
    '+5',
    '05',
    '',
    '--schema',
    '99999999999999999999',
    'NaN',
  ])('refuses %j as a number and names flag, value and range', async (text) => {
    const { exitCode, err } = await run('--count', text)
    expect(err).toBe(`--count is ${JSON.stringify(text)}; give a whole number from 1 to 1000`)
    expect(exitCode).toBe(2)
  })

  it('exits with 2 if the action throws a UsageError, and rethrows other errors', async () => {
    const failing = (error: Error) =>
      runCommand(
        describeCommand('pnpm x', { does: '', needs: '', prints: '' }).action(() => Promise.reject(error)),
        [],
      )
    await failing(new UsageError('no drill x; there are a, b'))
    expect([process.exitCode, err.mock.calls]).toEqual([2, [['no drill x; there are a, b']]])
    await expect(failing(new Error('the disk is full'))).rejects.toThrow('the disk is full')
  })
})
