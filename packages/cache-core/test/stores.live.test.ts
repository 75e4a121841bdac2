import { describe, it } from 'vitest'
import { storeContract } from '../src/testing/index.ts'
import { backends, otherTieredBackends } from './backends.ts'

describe.each([...backends, ...otherTieredBackends])('store contract › $name', ({ makeStore }) => {
  it.each(storeContract)('$title', async ({ run }) => run((await makeStore()).open()))
})
