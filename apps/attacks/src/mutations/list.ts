import { calls } from './calls.ts'
import { connections } from './connections.ts'
import { guard } from './guard.ts'
import { leases } from './leases.ts'
import { loads } from './loads.ts'
import { memcached } from './memcached.ts'
import type { Mutation } from './mutation.ts'
import { outages } from './outages.ts'
import { pages } from './pages.ts'
import { queuedPosts } from './queued-posts.ts'
import { repeatedGets } from './repeated-gets.ts'
import { reports } from './reports.ts'
import { staleness } from './staleness.ts'
import { tiers } from './tiers.ts'
import { values } from './values.ts'
import { waiting } from './waiting.ts'
import { warming } from './warming.ts'
import { writeBehind } from './write-behind.ts'

export const mutations: readonly Mutation[] = [
  ...guard,
  ...leases,
  ...waiting,
  ...tiers,
  ...calls,
  ...loads,
  ...values,
  ...staleness,
  ...outages,
  ...connections,
  ...pages,
  ...repeatedGets,
  ...reports,
  ...warming,
  ...memcached,
  ...writeBehind,
  ...queuedPosts,
]
