import { describeCommand, runCommand, wholeNumber } from 'command-line'
import { checkHistory } from '../check-history.ts'
import { describeHeader, describeVerdict, verdictInWords } from '../describe-verdict.ts'
import { HistoryError } from '../history-error.ts'
import { readHistory } from '../history-file.ts'

interface Flags {
  strict: boolean
  examples: number
}

const command = describeCommand('pnpm check-history', {
  does: 'Checks a recorded history against the guarantee in its header. Changes nothing.',
  needs: 'A history as `pnpm attack campaign` and `pnpm attack drill` write it: JSON lines, plain or .gz.',
  prints:
    'The guarantee, the counts, and the operations that prove each violation. Exit code 0: it held; 1: it did not, or the file is not ' +
    'a history.',
})
  .argument('<file>', 'the history')
  .option('--strict', 'also fail on violations outside the guarantee, and on reads without a value', false)
  .option('--examples <n>', 'violations of each kind to show', wholeNumber('--examples', { min: 0, max: 999_999 }), 2)
  .action(async (path: string, flags: Flags) => {
    process.exitCode = await checkFile(path, flags)
  })

await runCommand(command)

async function checkFile(path: string, { strict, examples }: Flags): Promise<number> {
  try {
    const { header, operations } = await readHistory(path)
    const verdict = checkHistory(operations, header.promised)
    console.log(describeHeader(header))
    console.log(describeVerdict(verdict, { examples }))
    console.log(`\n${verdictInWords(verdict, header.strategy)}`)
    const spotless = verdict.violations.length === 0 && verdict.failedReads.size === 0
    if (strict && verdict.holds && !spotless)
      console.log('--strict: there were violations outside the guarantee, or failed reads')
    return verdict.holds && (spotless || !strict) ? 0 : 1
  } catch (error) {
    if (error instanceof HistoryError) return complain(error.message, 1)
    throw error
  }
}

function complain(text: string, code: number): number {
  console.error(text)
  return code
}
