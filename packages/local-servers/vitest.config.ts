import { mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** The slow tests check that everything has ended 2 s after a kill, which other test files would delay. */
export default mergeConfig(shared, { test: { fileParallelism: process.env.SLOW !== '1' } })
