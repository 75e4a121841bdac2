import { defineConfig, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

const drills = 'test/drills-*.test.ts'

/** Two files of drills at a time, which mostly wait. Then one file at a time: campaign and soak keep all cores busy. */
export default mergeConfig(
  shared,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          test: { name: 'drills', exclude: [`**/!(drills-*).test.ts`], maxWorkers: 2, sequence: { groupOrder: 1 } },
        },
        {
          extends: true,
          test: { name: 'others', exclude: [drills], fileParallelism: false, sequence: { groupOrder: 2 } },
        },
      ],
    },
  }),
)
