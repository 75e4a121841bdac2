import { describe } from 'vitest'
import { testBusyConnections } from './busy-connection-suite.ts'
import { clientKinds, ioredis6 } from './clients.ts'
import { testConnections } from './connection-suite.ts'

const others = clientKinds.filter((kind) => kind !== ioredis6)
describe.each(others)('by $name', (kind) => {
  testConnections(kind)
  testBusyConnections(kind)
})
