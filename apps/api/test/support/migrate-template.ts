/** Makes the tables of every strategy in the database of DATABASE_URL. A process of its own, see `template.ts`. */
import { createDatabase, migrate, schemaName } from 'posts-db'
import { servedNames } from '../../src/strategies/peer-strategies.ts'

const database = createDatabase({ url: process.env.DATABASE_URL! })
await migrate(database, (await servedNames({ PEERS: 1 })).map(schemaName))
await database.close()
