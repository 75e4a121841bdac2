/**
 * The `@example`s of cache-core's public calls. Without an argument it names the calls that have none. With a folder it writes
 * each example into a file that a user's project can type-check, after declarations of the names that the examples assume.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const source = join(import.meta.dirname, '../packages/cache-core/src')
const entries = [
  'index.ts',
  'redis/index.ts',
  'memcached/index.ts',
  'postgres/index.ts',
  'hono/index.ts',
  'testing/index.ts',
]

/** What examples take for granted. */
const GIVEN: Readonly<Record<string, string>> = {
  cache: "declare const cache: import('cache-core').Cache<unknown>",
  db: `declare const db: {
  findPost(id: number): Promise<{ id: number; title: string } | undefined>
  findPosts(ids: readonly number[]): Promise<{ id: number; title: string }[]>
  renamePost(id: number, title: string): Promise<{ id: number; title: string }>
}`,
  redis: "declare const redis: import('ioredis').Redis",
  pool: "declare const pool: import('pg').Pool",
}

interface Example {
  readonly name: string
  readonly file: string
  /** Undefined: there is none. */
  readonly code: string | undefined
}

/** The calls that an entry file exports, with the example in the comment before each. */
function examplesOf(entry: string): Example[] {
  const text = readFileSync(join(source, entry), 'utf8')
  return [...text.matchAll(/^export \{([^}]*)\} from '([^']*)'/gm)].flatMap(([, names, from]) => {
    const file = join(source, dirname(entry), from!)
    const code = readFileSync(file, 'utf8')
    return names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, file: relative(source, file), code: exampleBefore(name, code) }))
  })
}

function exampleBefore(name: string, code: string): string | undefined {
  const declared = new RegExp(`^export (?:async function|function|const|class) ${name}\\b`, 'm').exec(code)
  if (declared === null) throw new Error(`${name} is exported, and declared nowhere in its file`)
  return exampleIn(code.slice(0, declared.index))
}

/** The methods of an object that callers get, with their examples. */
function examplesOfMethods(owner: string, file: string): Example[] {
  const code = readFileSync(join(source, file), 'utf8')
  const body = new RegExp(`^export interface ${owner}\\b[\\s\\S]*?^}`, 'm').exec(code)![0]
  return [...body.matchAll(/^ {2}(\w+)(?=[(<])/gm)].map((method) => ({
    name: `${owner}-${method[1]}`,
    file,
    code: exampleIn(body.slice(0, method.index)),
  }))
}

/** The example of the comment that a text ends with. */
function exampleIn(text: string): string | undefined {
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.exec(text)?.[0] ?? ''
  const block = /@example\s*\n *\* ```ts\n([\s\S]*?) *\* ```/.exec(comment)?.[1]
  return block?.replace(/^ *\* ?/gm, '')
}

const examples = [
  ...entries.flatMap(examplesOf),
  ...examplesOfMethods('Cache', 'create-cache.ts'),
  ...examplesOfMethods('Outbox', 'postgres/outbox.ts'),
]
const folder = process.argv[2]
const missing = examples.filter(({ code }) => code === undefined)
for (const { name, file } of missing) console.error(`packages/cache-core/src/${file}: ${name} has no @example`)
if (missing.length > 0) process.exitCode = 1
if (folder !== undefined) {
  for (const { name, code = '' } of examples) {
    const given = Object.keys(GIVEN).filter((known) => new RegExp(`(?<![.'/:])\\b${known}\\b(?!['-])`).test(code))
    const lines = [...given.map((known) => GIVEN[known]), code, 'export {}\n']
    writeFileSync(join(folder, `example-${name}.ts`), lines.join('\n'))
  }
}
