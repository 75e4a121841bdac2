export { type About, describeCommand } from './describe-command.ts'
export { collect, wholeNumber } from './flag-values.ts'
export { runCommand } from './run-command.ts'
export { UsageError } from './usage-error.ts'
