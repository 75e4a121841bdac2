/** The commands of this repository, from its package.json files: each explains itself by `--help`, without starting anything. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

type Script = [name: string, usage: string, folder: string, args: string[]]

/** The scripts of a package that run our own programs: name, the name in their help, and Node's arguments. */
function commandsOf(folder: string, prefix: string): Script[] {
  const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  return Object.entries(scripts)
    .filter(([name, script]) => /^node [^&]*\.ts\b[^&]*$/.test(script) && !/^(post)?test/.test(name))
    .map(([name, script]) => {
      // An alias of an attack.
      const attack = /\battacks\/src\/cli\.ts (\w+)/.exec(script)
      const usage = attack ? `pnpm attack ${attack[1]}` : `${prefix}${name}`
      return [`${prefix}${name}`, usage, join(root, folder), script.split(' ').slice(1)]
    })
}

const commands = [
  ...commandsOf('.', 'pnpm '),
  ...commandsOf('packages/peers', 'pnpm --filter peers run '),
  ...commandsOf('apps/compare', 'pnpm --filter compare run '),
  ...commandsOf('apps/api', 'pnpm --filter api ').filter(([name]) => !name.endsWith(' dev')),
]

/** In an environment without installed or configured servers. */
function run(cwd: string, args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const { NODE_COMPILE_CACHE } = process.env
  const env = { PATH: '/nonexistent', PORT: 'abc', DATABASE_URL: 'postgres://127.0.0.1:1/nobody', NODE_COMPILE_CACHE }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, env }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr })
    })
  })
}

it('finds the commands', () => {
  expect(commands.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'pnpm dev',
      'pnpm attack',
      'pnpm drill',
      'pnpm mutations',
      'pnpm --filter peers run race',
      'pnpm --filter api fuzz',
    ]),
  )
})

it('a command whose output is read only in part ends quietly', async () => {
  const cli = join(root, 'apps/compare/src/cli.ts')
  const child = spawn(process.execPath, ['--conditions=workspace-source', cli, '--help'], { stdio: 'pipe' })
  child.stdout.destroy()
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  expect([errors, code]).toEqual(['', 0])
})

describe.concurrent.each(commands)('%s', (_name, usage, folder, args) => {
  it('--help: what it does and accepts', async () => {
    const { status, stdout, stderr } = await run(folder, [...args, '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Usage: ${usage}`)
  })

  it('--help: what it needs and prints; a wrong flag prints one line and exits with 2', async () => {
    const { stdout } = await run(folder, [...args, '--', '-h'])
    expect(stdout).toMatch(/\nNeeds: .*\nPrints: /s)
    const { status, stderr } = await run(folder, [...args, '--frob'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/^unknown option '--frob'; allowed: .*--help\n$/)
  })
})
