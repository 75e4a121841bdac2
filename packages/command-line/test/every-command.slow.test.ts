/** The commands of this repository, as `package.json` has them: each says what it is for, and starts nothing for it. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** The scripts of a package that are a program of ours: its name as people type it, and Node's arguments. */
function commandsOf(folder: string, prefix: string): [name: string, folder: string, args: string[]][] {
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  return Object.entries(scripts)
    .filter(([name, script]) => /^node [^&]*\.ts$/.test(script) && !/^(post)?test/.test(name))
    .map(([name, script]) => [`${prefix}${name}`, join(root, folder), script.split(' ').slice(1)])
}

const commands = [
  ...commandsOf('.', 'pnpm '),
  ...commandsOf('packages/peers', 'pnpm --filter peers run '),
  ...commandsOf('apps/api', 'pnpm --filter api ').filter(([name]) => !name.endsWith(' dev')),
]

/** Where no server is installed and none is named. */
function run(folder: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { PATH: '/nonexistent', PORT: 'abc', DATABASE_URL: 'postgres://127.0.0.1:1/nobody' },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

it('finds the commands', () => {
  expect(commands.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'pnpm dev',
      'pnpm drill',
      'pnpm mutations',
      'pnpm --filter peers run race',
      'pnpm --filter api fuzz',
    ]),
  )
})

describe.each(commands)('%s', (name, folder, args) => {
  it('--help: what it does and takes', () => {
    const { status, stdout, stderr } = run(folder, [...args, '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: ${name}`)
  })

  it('what it needs and prints; a wrong flag is one line, and 2', () => {
    const { stdout } = run(folder, [...args, '--', '-h'])
    expect(stdout).toMatch(/\nNeeds: .*\nPrints: /s)
    const { status, stderr } = run(folder, [...args, '--frob'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/^unknown option '--frob'; allowed are .*--help\n$/)
  })
})
