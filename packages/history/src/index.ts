export { postKey } from 'posts-db/keys'
export { checkHistory } from './check-history.ts'
export { describeVerdict, describeViolation, verdictInWords } from './describe-verdict.ts'
export {
  guaranteedBy,
  guaranteedReads,
  type ReportedGuarantee,
  type StrategyGuarantee,
  staleAfterWriteMs,
} from './guaranteed-by.ts'
export { HistoryError } from './history-error.ts'
export { type HistoryFile, type HistoryHeader, readHistory, writeHistory } from './history-file.ts'
export { type Answer, type HttpClient, httpClient } from './http-client.ts'
export { FINAL_CLIENT, monotonicMs, type Operation } from './operation.ts'
export { readPost, type Target, writePost } from './post-client.ts'
export { type RacePlan, raceClients } from './race-clients.ts'
export { finalReads, readPastTheCache } from './read-past-the-cache.ts'
export { type Recording, type RecordOptions, recordClients } from './record-clients.ts'
export { scheduleOf } from './schedule-of.ts'
export { type Staleness, stalenessOf } from './staleness.ts'
export type { Distribution, Guaranteed, Tally, Verdict, Violation, ViolationKind } from './verdict.ts'
