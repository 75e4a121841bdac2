/** Measured in a separate process. At full size: bench/memory-churn.ts. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const MIB = 2 ** 20
/** Memory for code once the process has run for a while, in MiB. */
const CODE_MIB = 1
const bench = join(import.meta.dirname, '../bench/memory-churn.ts')
const run = promisify(execFile)

async function churn(variant: string, mib: number, operations: number) {
  const flags = ['--expose-gc', '--conditions=workspace-source']
  const { stdout } = await run(process.execPath, [...flags, bench, variant, String(mib), String(operations)])
  return JSON.parse(stdout)
}

/** MiB beyond the memory at the start of the process. */
async function takenBy(variant: string, mib: number, operations: number): Promise<number> {
  const { external, heap } = (await churn(variant, mib, operations)).afterCollection
  return external + heap
}

it.each([
  ['reads by Zipf', 'zipf', 80_000],
  ['one entry in 20 kept', 'kept', 180_000],
  ['values of 1 to 20 kB', 'sizes', 6_000],
  ['one absent value in 20 kept', 'absent', 180_000],
])(
  'a memory store fills its maxBytes and no more: %s',
  async (_, variant, operations) => {
    const taken = await takenBy(variant, 8, operations)
    expect(taken).toBeLessThan(8 + CODE_MIB)
    expect(taken).toBeGreaterThan(4)
  },
  60_000,
)

it('between collections, values of 1 to 20 kB take at most 32 MiB more than maxBytes', async () => {
  expect((await churn('sizes', 32, 120_000)).highest.external).toBeLessThan(32 + 32)
}, 60_000)

it('an entry does not keep alive the text that its key is a slice of', async () => {
  expect(await takenBy('cut', 4, 20_000)).toBeLessThan(4) // 1,000 of them are 20 MB
}, 60_000)

it('a tag takes less than 400 bytes', async () => {
  expect((await takenBy('tags', 1, 50_000)) - 1).toBeLessThan((50_000 * 400) / MIB)
}, 60_000)
