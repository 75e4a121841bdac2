import { calls } from './calls.ts'
import { guard } from './guard.ts'
import { leases } from './leases.ts'
import type { Mutation } from './mutation.ts'
import { outages } from './outages.ts'
import { values } from './values.ts'

export const mutations: readonly Mutation[] = [...guard, ...leases, ...calls, ...values, ...outages]
