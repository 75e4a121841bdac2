// The library posts-db knows no strategies; callers pass its schemas. The commands need the list of names, which is a file without
// imports, so importing it by path adds no dependency.
import { UsageError } from 'command-line'
import { strategyNames } from '../../../strategies/src/strategy-names.ts'
import { schemaName } from '../schema-name.ts'

/**
 * The schemas for the `--schema` flags. Each value is a strategy's name (`cache-aside`), a schema's (`cache_aside`), `peer:…`, or
 * several of these separated by commas. Without a flag: those of all strategies.
 *
 * @throws UsageError for a name that is none of these
 */
export function chosenSchemas(given: readonly string[] = []): string[] {
  const names = given.flatMap((value) => value.split(',')).map((name) => name.trim().replaceAll('_', '-'))
  for (const name of names) {
    if (strategyNames.some((known) => known === name)) continue
    if (/^peer:[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) continue
    throw new UsageError(
      `--schema ${JSON.stringify(name.slice(0, 40))} is not allowed; give one of ${strategyNames.join(', ')}, or peer:NAME`,
    )
  }
  return [...new Set((names.length > 0 ? names : strategyNames).map(schemaName))]
}
