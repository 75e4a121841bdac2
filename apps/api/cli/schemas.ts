import { wrongValue } from 'command-line'
import { schemaName } from 'posts-db'
import { strategyNames } from 'strategies'

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
    throw wrongValue('--schema', name, `one of ${strategyNames.join(', ')}, or peer:NAME`)
  }
  return [...new Set((names.length > 0 ? names : strategyNames).map(schemaName))]
}
