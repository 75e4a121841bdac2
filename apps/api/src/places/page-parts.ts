/** The two parts of the page, and how each layer gets them. */
import type { Outcome, ReadResult } from 'cache-core'
import { Representation } from '../posts/representation.ts'
import { authorsReport, LIST_OPTIONS, PageResource, type Resource } from '../posts/resources.ts'
import type { StrategyInstance } from '../strategies/strategy-instance.ts'
import type { Layer, PageRequest } from './page-request.ts'
import { renderAuthors, renderPosts } from './render.ts'

/** Posts on a page. */
export const POSTS_PER_PAGE = 20

/** A part as HTML, and the outcome of its read. */
export interface Part {
  /** As in `X-Cache-Layers`: `fragment:posts`. */
  readonly name: string
  readonly key: string
  readonly outcome: Outcome
  readonly html: string
  /** For the posts: the id that the next page starts after. */
  readonly next: number | undefined
}

interface PartOf {
  readonly name: 'posts' | 'authors'
  readonly data: Resource
  /** The key of the rendered part. */
  readonly fragmentKey: string
  render(json: string, strategy: string): string
}

type Loaded = Pick<ReadResult<Representation>, 'value' | 'outcome'>

/** All layers except `page`, which keeps the whole page and makes it from parts read from the origin. */
export type PartsLayer = Exclude<Layer, 'page'>

/** Reads the posts and the report concurrently. @param onPart called with each part as soon as it is ready */
export function readParts(
  { instance, after }: PageRequest,
  layer: PartsLayer,
  onPart: (part: Part) => void,
): Promise<[posts: Part, authors: Part]> {
  const read = async (part: PartOf): Promise<Part> => {
    const { key, outcome, html, next } = await readPart(instance, part, layer)
    const made = { name: `${layer}:${part.name}`, key, outcome, html, next }
    onPart(made)
    return made
  }
  return Promise.all([read(postsPart(after)), read(authorsPart)])
}

async function readPart(instance: StrategyInstance, { data, fragmentKey, render }: PartOf, layer: PartsLayer) {
  if (layer === 'fragment') {
    const load = async () => {
      const loaded = (await data.load(instance))!
      return Representation.of(render(textOf(loaded), instance.name), loaded.nextCursor ?? 0)
    }
    const { value, outcome } = await instance.cache.read(fragmentKey, load, LIST_OPTIONS)
    return { key: fragmentKey, outcome, html: textOf(value!), next: value!.nextCursor }
  }
  const { value, outcome } = await readData(instance, data, layer)
  return { key: data.key, outcome, html: render(textOf(value!), instance.name), next: value!.nextCursor }
}

async function readData(
  instance: StrategyInstance,
  data: Resource,
  layer: Exclude<PartsLayer, 'fragment'>,
): Promise<Loaded> {
  if (layer === 'none') return { value: await data.load(instance), outcome: 'bypass' }
  const cache = layer === 'memory' ? instance.memory : instance.cache
  return cache.read(data.key, () => data.load(instance), data.options)
}

function postsPart(after: number): PartOf {
  return {
    name: 'posts',
    data: new PageResource(POSTS_PER_PAGE, after),
    fragmentKey: after === 0 ? 'fragment:posts' : `fragment:posts?after=${after}`,
    render: (json, strategy) => renderPosts(JSON.parse(json), strategy),
  }
}

const authorsPart: PartOf = {
  name: 'authors',
  data: authorsReport,
  fragmentKey: 'fragment:authors',
  render: (json, strategy) => renderAuthors(JSON.parse(json), strategy),
}

function textOf({ body }: Representation): string {
  return typeof body === 'string' ? body : body.toString('utf8')
}
