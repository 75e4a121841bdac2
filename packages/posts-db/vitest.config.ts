import { mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** One file at a time: a migration lists the tables of all schemas, and fails if another test drops one meanwhile. */
export default mergeConfig(shared, { test: { fileParallelism: false } })
