import { parseArgs } from 'node:util'
import { checkHistory } from '../check-history.ts'
import { describeHeader, describeVerdict, verdictInWords } from '../describe-verdict.ts'
import { HistoryError } from '../history-error.ts'
import { readHistory } from '../history-file.ts'

const usage = `pnpm check-history FILE [--strict] [--examples N]

Judges a recorded history (JSON lines, or the same as .gz) by what its header promises. Exit code 0: it held; 1: it did not,
or FILE is no history; 2: wrong use.
  --strict      a violation of what is not promised, and a read without a value, count too
  --examples N  violations of each kind to show, default 2`

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>
  try {
    options = readOptions(argv)
  } catch (error) {
    return complain(`${(error as Error).message}\n\n${usage}`, 2)
  }
  if (options === 'help') {
    console.log(usage)
    return 0
  }
  const { path, strict, examples } = options
  try {
    const { header, operations } = await readHistory(path)
    const verdict = checkHistory(operations, header.promised)
    console.log(describeHeader(header))
    console.log(describeVerdict(verdict, { examples }))
    console.log(`\n${verdictInWords(verdict, header.strategy)}`)
    const spotless = verdict.violations.length === 0 && verdict.failedReads.size === 0
    if (strict && verdict.holds && !spotless) console.log('--strict: what is not promised was seen, too')
    return verdict.holds && (spotless || !strict) ? 0 : 1
  } catch (error) {
    if (error instanceof HistoryError) return complain(error.message, 1)
    throw error
  }
}

function readOptions(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    // pnpm passes a lone -- on now and then.
    args: argv.filter((argument) => argument !== '--'),
    options: {
      strict: { type: 'boolean', default: false },
      examples: { type: 'string', default: '2' },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) return 'help'
  const [path, ...others] = positionals
  if (path === undefined || others.length > 0) throw new Error(`give one file; got ${positionals.length}`)
  if (!/^\d{1,6}$/.test(values.examples)) {
    throw new Error(`--examples is ${JSON.stringify(values.examples)}; give a whole number from 0 to 999999`)
  }
  return { path, strict: values.strict, examples: Number(values.examples) }
}

function complain(text: string, code: number): number {
  console.error(text)
  return code
}
