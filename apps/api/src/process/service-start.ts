/** The variable with which the primary process gives its workers its start. Not a setting. */
export const STARTED_AT = 'SERVICE_STARTED_AT'

/** When this service started. With several `WORKERS`, when their primary process did: the same in a worker that replaces another. */
export const serviceStartedAt = new Date(Number(process.env[STARTED_AT] ?? Date.now()))
