// A command, not the library: posts-db itself knows no strategies and is handed its schemas. Here somebody has to say
// which there are, and the list of names is a file without imports, so reading it by path adds no dependency.
import { UsageError } from 'command-line'
import { strategyNames } from '../../../strategies/src/strategy-names.ts'
import { schemaName } from '../schema-name.ts'

/**
 * The schemas meant by `--schema` flags, each a strategy's name (`cache-aside`), a schema's (`cache_aside`), `peer:…`, or
 * several with commas between; without any, those of all strategies.
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
