import MarkdownIt, { type Token } from 'markdown-it'
import {
  alignByClass,
  nameHeadings,
  type PageEnv,
  rendererRules,
  type Section,
  setTargets,
  skipTableMark,
} from './markdown-rules.ts'

/** A page of the documentation as HTML. */
export interface Rendered {
  readonly html: string
  readonly title: string
  /** As Markdown. */
  readonly firstParagraph: string
  readonly sections: readonly Section[]
  readonly links: readonly string[]
  readonly images: readonly string[]
}

// With `html` off, a tag in the documentation is shown as text.
const markdown = new MarkdownIt({ html: false })
markdown.block.ruler.before('table', 'table_mark', skipTableMark, { alt: ['paragraph', 'blockquote', 'list'] })
markdown.core.ruler.push('headings', nameHeadings)
markdown.core.ruler.push('targets', setTargets)
markdown.core.ruler.push('alignment', alignByClass)
Object.assign(markdown.renderer.rules, rendererRules)

/** @param file the page, as a path from the repository's root */
export function renderMarkdown(text: string, file: string): Rendered {
  const env = envOf(file)
  const tokens = markdown.parse(text, env)
  const { sections, links, images } = env
  return {
    html: markdown.renderer.render(tokens, markdown.options, env),
    title: contentOf('heading_open', tokens),
    firstParagraph: contentOf('paragraph_open', tokens),
    sections,
    links,
    images,
  }
}

/** The text of one paragraph as HTML, without the paragraph. */
export function renderInline(text: string, file: string): string {
  return markdown.renderInline(text, envOf(file))
}

/** The sections of a page that is not rendered. */
export function sectionsOf(text: string, file: string): readonly Section[] {
  const env = envOf(file)
  markdown.parse(text, env)
  return env.sections
}

/** All tables of a page: rows of cells, as Markdown. The first row is the header. */
export function tablesOf(text: string, file: string): string[][][] {
  const tables: string[][][] = []
  const tokens = markdown.parse(text, envOf(file))
  tokens.forEach(({ type }, at) => {
    if (type === 'table_open') tables.push([])
    else if (type === 'tr_open') tables.at(-1)!.push([])
    else if (type === 'th_open' || type === 'td_open')
      tables
        .at(-1)!
        .at(-1)!
        .push(tokens[at + 1]!.content)
  })
  return tables
}

function envOf(file: string): PageEnv {
  return { file, sections: [], links: [], images: [] }
}

/** The text in the first block of this type. */
function contentOf(type: string, tokens: readonly Token[]): string {
  return tokens[tokens.findIndex((token) => token.type === type) + 1]?.content ?? ''
}
