/** What these pages change in markdown-it: rules for parsing and rendering. */
import MarkdownIt, { type Env, type RendererRule, type StateBlock, type StateCore, type Token } from 'markdown-it'
import { escapeHtml } from './escape-html.ts'
import { isNamedAs, resolveLink } from './links.ts'
import { sequenceFigure } from './sequence/sequence-figure.ts'

/** What the rules know of the page and find in it. markdown-it passes it to them. */
export interface PageEnv extends Env {
  /** As a path from the repository's root. */
  readonly file: string
  readonly sections: Section[]
  /** The addresses that the page links to. */
  readonly links: string[]
  /** Files of the repository that the page shows. */
  readonly images: string[]
}

export interface Section {
  readonly id: string
  readonly title: string
}

/** The marks around generated tables, `<!-- table: measured -->`: comments, which without HTML would be shown as text. */
export function skipTableMark(state: StateBlock, startLine: number, _endLine: number, silent: boolean): boolean {
  const line = state.getLines(startLine, startLine + 1, 0, false).trim()
  if (!/^<!-- (?:table: [\w-]+|\/table) -->$/.test(line)) return false
  if (!silent) state.line = startLine + 1
  return true
}

/** Ids as GitHub gives them, so that the links of the documentation work on both. */
export function nameHeadings({ tokens, env }: StateCore): void {
  tokens.forEach((token, at) => {
    if (token.type !== 'heading_open' || token.tag === 'h1') return
    const title = textOf(tokens[at + 1]!.children ?? [])
    const id = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    token.attrSet('id', id)
    if (token.tag === 'h2') (env as PageEnv).sections.push({ id, title })
  })
}

export function setTargets({ tokens, env }: StateCore): void {
  for (const token of tokens) {
    if (token.type === 'inline') token.children = withTargets(token.children ?? [], env as PageEnv)
  }
}

/** Leads links to the pages that are served. Of other files of the repository, the path is shown instead. */
function withTargets(children: readonly Token[], env: PageEnv): Token[] {
  const result: Token[] = []
  /** Of the link that the loop is in, if its file is not served; `from`: where its text begins in the result. */
  let unserved: { readonly path: string; readonly from: number } | undefined
  for (const token of children) {
    if (token.type === 'image') token.attrSet('src', addressOfImage(token, env))
    const target = token.type === 'link_open' ? resolveLink(attribute(token, 'href'), env.file) : undefined
    if (target?.kind === 'file') {
      unserved = { path: target.path, from: result.length }
    } else if (token.type === 'link_close' && unserved) {
      const text = result.splice(unserved.from)
      const isText = !isNamedAs(textOf(text), unserved.path)
      result.push(...(isText ? [...text, newToken('text', ' ')] : []), newToken('path', unserved.path))
      unserved = undefined
    } else {
      if (target) {
        token.attrSet('href', target.href)
        env.links.push(target.href)
      }
      result.push(token)
    }
  }
  return result
}

/** Images are copied beside the strategies' pages. */
function addressOfImage(token: Token, env: PageEnv): string {
  const target = resolveLink(attribute(token, 'src'), env.file)
  if (target.kind !== 'file')
    throw new Error(`${env.file}: an image must be a file of the repository, not ${target.href}`)
  env.images.push(target.path)
  return `/strategies/${target.path.split('/').at(-1)}`
}

/** markdown-it aligns cells by style attributes, which the Content-Security-Policy refuses. */
export function alignByClass({ tokens }: StateCore): void {
  for (const token of tokens) {
    const alignment = /^text-align:(\w+)$/.exec(attribute(token, 'style'))?.[1]
    if (alignment) token.attrs = [['class', alignment]]
  }
}

export const rendererRules: Readonly<Record<string, RendererRule>> = {
  table_open: () => '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>\n',
  table_close: () => '</table></div>\n',
  // A range, [min–max], is not broken over two lines.
  text: (tokens, at) =>
    escapeHtml(tokens[at]!.content).replaceAll(/\[[\d.]+–[\d.]+\]/g, '<span class="range">$&</span>'),
  path: (tokens, at) => `<span class="path">${escapeHtml(tokens[at]!.content)}</span>`,
  image: (tokens, at) => {
    const { content } = tokens[at]!
    const src = escapeHtml(attribute(tokens[at]!, 'src'))
    return `<span class="scroll image" role="group" aria-label="Picture" tabindex="0"><img src="${src}" alt="${escapeHtml(content)}"></span>`
  },
  fence: (tokens, at, _options, env) => {
    const { info, content, map } = tokens[at]!
    if (info.trim() === 'mermaid') return sequenceFigure(content, (env as PageEnv).file, map![0] + 2)
    return `<pre tabindex="0"><code>${escapeHtml(content)}</code></pre>\n`
  },
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '')
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ content }) => content).join('')
}

function newToken(type: string, content: string): Token {
  const token = new MarkdownIt.Token(type, '', 0)
  token.content = content
  return token
}
