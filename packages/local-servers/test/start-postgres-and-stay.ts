/** For the test that kills a parent: starts a Postgres, stops its processes, prints its address, and runs until killed. */
import pg from 'pg'
import { startPostgresServer } from '../src/index.ts'

const server = await startPostgresServer()
const client = new pg.Client({ connectionString: server.url })
client.on('error', () => {})
await client.connect()
const { rows } = await client.query<{ dir: string }>(`SELECT current_setting('data_directory') AS dir`)
server.suspend()
console.log(JSON.stringify({ url: server.url, dir: rows[0]?.dir }))
setInterval(() => {}, 60_000)
