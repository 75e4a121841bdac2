/** HTML that is safe by construction: a template escapes every part that is not itself a template. */
export class Html {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

export type Part = Html | string | number | readonly Html[] | undefined

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((all, string, at) => all + sourceOf(parts[at - 1]) + string))
}

function sourceOf(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.source
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map(({ source }) => source).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)
}
