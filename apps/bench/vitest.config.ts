import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** One file at a time: they measure, and would slow each other down. */
export default mergeConfig(shared, defineConfig({ test: { fileParallelism: false } }))
