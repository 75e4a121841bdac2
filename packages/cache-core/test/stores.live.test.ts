import { describe, it } from 'vitest'
import { storeContract } from '../src/testing/index.ts'
import { backends } from './backends.ts'

describe.each(backends)('store contract › $name', ({ makeStore }) => {
  it.each(storeContract)('$title', async ({ run }) => run((await makeStore()).open()))
})
