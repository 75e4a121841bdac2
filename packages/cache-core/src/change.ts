import { badText, checkFunction, checkMethods, checkNames, checkOptions, isText, type OptionNames } from './check.ts'
import type { Change } from './ports/strategy.ts'
import { canonicalTags } from './reader.ts'
import { shown } from './shown.ts'
import type { WarnOnce } from './warn-once.ts'

const PARTS: OptionNames<Change<unknown, unknown>> = {
  keys: true,
  tags: true,
  entryTags: true,
  value: true,
  changed: true,
  deferred: true,
}

/**
 * Checks a change as far as possible before the commit. The results of its functions must not fail a committed write: valid
 * names are used, and the others cause a warning.
 *
 * @throws CacheError `BAD_OPTION`
 */
export function checkChange<T, R>(change: Change<T, R>, warnOnce: WarnOnce): Change<T, R> {
  checkOptions('write', change, PARTS)
  const { keys, tags, entryTags, value, changed, deferred } = change
  if (typeof keys !== 'function') checkNames('keys', keys)
  if (typeof tags !== 'function' && tags !== undefined) checkNames('tags', tags)
  if (entryTags !== undefined) canonicalTags('entryTags', entryTags)
  if (value !== undefined) checkFunction('value', value, 'give a function of the result')
  if (deferred !== undefined)
    checkMethods('deferred', deferred, ['load', 'foresee'], 'give an object with both methods')
  if (changed !== undefined) checkFunction('changed', changed, 'give a function of the result')
  return {
    ...change,
    ...(typeof keys === 'function' && { keys: usableNames('keys', keys, warnOnce) }),
    ...(typeof tags === 'function' && { tags: usableNames('tags', tags, warnOnce) }),
  }
}

function usableNames<R>(name: string, namesOf: (result: R) => unknown, warnOnce: WarnOnce) {
  return (result: R): readonly string[] => {
    const given = namesOf(result)
    const names: readonly unknown[] = Array.isArray(given) ? given : [given]
    const bad = names.findIndex((each) => !isText(each))
    if (!Array.isArray(given)) warn(`${name}(result) is ${shown(given)}; return an array of strings`)
    else if (bad !== -1) warn(badText(`${name}(result)[${bad}]`, names[bad]).message)
    return bad === -1 ? (names as readonly string[]) : names.filter(isText)
  }

  function warn(wrong: string): void {
    const message = `after a write was committed, ${wrong}. Only the valid names were invalidated`
    warnOnce(`names: ${name}`, { code: 'NAME_REFUSED', message })
  }
}
