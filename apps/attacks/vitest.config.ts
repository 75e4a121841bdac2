import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

const others = '**/!(drills-of-*).test.ts'

/** First two files of drills at a time. Then one file at a time: they check times, or keep all cores busy. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: { name: 'drills', exclude: [others], maxWorkers: 2, sequence: { groupOrder: 1 } },
        },
        {
          extends: true,
          test: { name: 'others', exclude: ['test/drills-of-*'], fileParallelism: false, sequence: { groupOrder: 2 } },
        },
      ],
    },
  }),
)
