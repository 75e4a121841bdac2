/** The dashboard and the alerts in `observability`, as tests read them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export const folder = join(import.meta.dirname, '../../../../observability')
export const pathOf = (name: string) => join(folder, name)

interface Panel {
  readonly title: string
  readonly type: string
  readonly description?: string
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}

interface Dashboard {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
}

export const dashboard = JSON.parse(readFileSync(pathOf('grafana/cache-strategies.json'), 'utf8')) as Dashboard

/** The panels with figures, without the rows' titles. */
export const panels = dashboard.panels.filter(({ type }) => type !== 'row')

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

export const alerts = (parse(readFileSync(pathOf('alerts.yml'), 'utf8')) as Rules).groups.flatMap(({ rules }) => rules)

const KEYWORDS = new Set(['and', 'or', 'unless', 'offset', 'on', 'ignoring', 'group_left', 'group_right', 'bool'])

/** The metrics that a query names: its words except functions, keywords, labels and texts. */
export function metricsIn(query: string): string[] {
  const [, series] = /^label_values\((\w+),/.exec(query) ?? []
  if (series !== undefined) return [series]
  const bare = query
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring) *\([^)]*\)/g, ' ')
  const words = [...bare.matchAll(/\b[a-zA-Z_:][\w:]*\b(?! *\()/g)].map(([word]) => word)
  return words.filter((word) => !KEYWORDS.has(word))
}
