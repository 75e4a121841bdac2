import { EnvError } from './env.ts'

/** Runs a process's `main`. A failure is printed and ends the process with 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    // Errors that the operator can fix print one line. Others print the stack first, so that the last line is the reason.
    if (!(error instanceof EnvError || (error instanceof Error && 'code' in error))) console.error(error)
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
