import { describe, it } from 'vitest'
import { storeContract } from '../src/testing/index.ts'
import { places } from './places.ts'

describe.each(places)('store contract › $name', ({ makeStore }) => {
  it.each(storeContract)('$title', async ({ run }) => run((await makeStore()).open()))
})
