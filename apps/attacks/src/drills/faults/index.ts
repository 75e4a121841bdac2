import type { Drill } from '../drill.ts'
import { apiBusy } from './api-busy.ts'
import { apiKilledAlone } from './api-killed-alone.ts'
import { apiKilledBeforeInvalidation } from './api-killed-before-invalidation.ts'
import { clocksApart } from './clocks-apart.ts'
import { flusherKilled } from './flusher-killed.ts'
import { leaseHolderStopped } from './lease-holder-stopped.ts'
import { loadsHang } from './loads-hang.ts'
import { memcachedKilled } from './memcached-killed.ts'
import { memcachedStopped } from './memcached-stopped.ts'
import { postgresAway } from './postgres-away.ts'
import { postgresConnectionsTerminated } from './postgres-connections-terminated.ts'
import { postgresStatementTimeout } from './postgres-statement-timeout.ts'
import { postgresStopped } from './postgres-stopped.ts'
import { queueLost } from './queue-lost.ts'
import { queueWithoutPostgres } from './queue-without-postgres.ts'
import { redisConnectionsKilled } from './redis-connections-killed.ts'
import { redisDemoted } from './redis-demoted.ts'
import { redisEvicting } from './redis-evicting.ts'
import { redisFlushed } from './redis-flushed.ts'
import { redisForbidden } from './redis-forbidden.ts'
import { redisForeignValues } from './redis-foreign-values.ts'
import { redisFull } from './redis-full.ts'
import { redisReadOnly } from './redis-read-only.ts'
import { redisRefusesCommands } from './redis-refuses-commands.ts'
import { redisRestartedEmpty } from './redis-restarted-empty.ts'
import { redisSilent } from './redis-silent.ts'
import { redisSlowLink } from './redis-slow-link.ts'
import { redisStopped } from './redis-stopped.ts'
import { redisUnreachableForOne } from './redis-unreachable-for-one.ts'
import { trackingConnectionsKilled } from './tracking-connections-killed.ts'

/** In the order in which they run. */
export const drills: readonly Drill[] = [
  redisConnectionsKilled,
  redisFlushed,
  redisStopped,
  redisRestartedEmpty,
  redisFull,
  redisEvicting,
  redisReadOnly,
  redisForbidden,
  redisRefusesCommands,
  redisForeignValues,
  redisUnreachableForOne,
  redisSilent,
  redisDemoted,
  redisSlowLink,
  memcachedStopped,
  memcachedKilled,
  postgresConnectionsTerminated,
  postgresStatementTimeout,
  postgresStopped,
  postgresAway,
  loadsHang,
  apiBusy,
  apiKilledBeforeInvalidation,
  apiKilledAlone,
  trackingConnectionsKilled,
  flusherKilled,
  queueLost,
  queueWithoutPostgres,
  leaseHolderStopped,
  clocksApart,
]
