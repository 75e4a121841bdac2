import { mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** Tests in a browser have their own configuration. */
export default mergeConfig(shared, { test: { include: ['build/**/*.test.ts'], exclude: ['**/*.browser.test.ts'] } })
