import { configDefaults, mergeConfig } from 'vitest/config'
import shared from '../../vitest.shared.ts'

/** Tests in a browser have their own configuration: they need Chromium. */
export default mergeConfig(shared, { test: { exclude: [...configDefaults.exclude, '**/*.browser.test.ts'] } })
