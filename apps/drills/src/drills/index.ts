import type { Drill } from '../drill.ts'
import { apiKilledAlone } from './api-killed-alone.ts'
import { apiKilledBeforeInvalidation } from './api-killed-before-invalidation.ts'
import { clocksApart } from './clocks-apart.ts'
import { leaseHolderStopped } from './lease-holder-stopped.ts'
import { postgresConnectionsTerminated } from './postgres-connections-terminated.ts'
import { postgresStatementTimeout } from './postgres-statement-timeout.ts'
import { postgresStopped } from './postgres-stopped.ts'
import { redisConnectionsKilled } from './redis-connections-killed.ts'
import { redisEvicting } from './redis-evicting.ts'
import { redisFlushed } from './redis-flushed.ts'
import { redisForbidden } from './redis-forbidden.ts'
import { redisForeignValues } from './redis-foreign-values.ts'
import { redisFull } from './redis-full.ts'
import { redisReadOnly } from './redis-read-only.ts'
import { redisRestartedEmpty } from './redis-restarted-empty.ts'
import { redisStopped } from './redis-stopped.ts'
import { redisUnreachableForOne } from './redis-unreachable-for-one.ts'

/** In the order they are run. */
export const drills: readonly Drill[] = [
  redisConnectionsKilled,
  redisFlushed,
  redisStopped,
  redisRestartedEmpty,
  redisFull,
  redisEvicting,
  redisReadOnly,
  redisForbidden,
  redisForeignValues,
  redisUnreachableForOne,
  postgresConnectionsTerminated,
  postgresStatementTimeout,
  postgresStopped,
  apiKilledBeforeInvalidation,
  apiKilledAlone,
  leaseHolderStopped,
  clocksApart,
]
