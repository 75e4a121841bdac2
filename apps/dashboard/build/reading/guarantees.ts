import { renderInline, tablesOf } from './markdown.ts'

/** What README says about the strategies' guarantees. */
export interface Guarantees {
  /** README's tables that state them, in its order. */
  readonly tables: readonly GuaranteeTable[]
  /** What "current" means, as HTML. */
  readonly current: string
  /** The TTL of the comparison, such as "6 s", on which some guarantees depend. */
  readonly ttl: string
}

export interface GuaranteeTable {
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly guarantee: string }[]
}

export function guaranteesOf(readme: string): Guarantees {
  const tables = tablesOf(readme, 'README.md')
    .filter(([header]) => header?.[1] === 'guarantee')
    .map(([header, ...rows]) => ({
      title: header![0]!,
      rows: rows.map(([link, guarantee]) => ({ name: nameIn(link!), guarantee: guarantee! })),
    }))
  const current = found(
    /^_Current_: .*?(?= _Stale reads_: )/m.exec(readme)?.[0],
    'definition "_Current_: … _Stale reads_: "',
  )
  const ttl = found(/, TTL ([^*]+)\*\*/.exec(readme)?.[1], 'TTL of the comparison: ", TTL …**"')
  return { tables, current: renderInline(current, 'README.md'), ttl }
}

function nameIn(link: string): string {
  return found(/^\[([\w-]+)\]\(docs\/strategies\/\1\.md\)$/.exec(link)?.[1], `link to a strategy's page in "${link}"`)
}

function found(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`README.md has no ${what}`)
  return value
}
