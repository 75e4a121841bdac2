/** The load on the API; `plan.ts` turns it into operations. */
export interface Workload {
  readonly name: string
  readonly title: string
  /** The source of its parameters. */
  readonly source: string
  /** The number of posts that are read and written, with ids from 1. */
  readonly posts: number
  /** Operations started per second, regardless of their duration. */
  readonly ratePerSecond: number
  /** Exponent of the posts' popularity: 0 = uniform. */
  readonly zipf: number
  /** Shares of the operations, 0 to 1; the rest read one post. */
  readonly writeShare: number
  /** All posts in one answer. */
  readonly listShare: number
  /** The first page of 20. */
  readonly pageShare: number
  /** The report over all posts: `GET /api/authors`. */
  readonly reportShare: number
  readonly insertShare: number
  /** Reads one post, then writes it. */
  readonly readModifyWriteShare: number
  readonly ttlMs: number
  /** The added delay per load of posts after its query, which represents joins and remote calls. Not added to the report. */
  readonly originDelayMs: number
  /** `latest`: the posts inserted last are the popular ones. */
  readonly popularity: 'zipf' | 'latest'
  /** Measured from an empty cache, without a warm-up. */
  readonly cold: boolean
  readonly crowd: Crowd | null
}

/** A flash crowd during part of the measured phase, mostly for one post. */
export interface Crowd {
  /** Start and end: shares of the measured phase, 0 to 1. */
  readonly from: number
  readonly to: number
  /** The normal rate is multiplied by this factor during the crowd. */
  readonly rateFactor: number
  /** Share of the operations that read the crowd's post. Before the crowd, this was the least popular post. */
  readonly share: number
}

/** The common base of the presets: reads of single posts with YCSB's popularity. */
const reads = {
  posts: 10_000,
  ratePerSecond: 200,
  zipf: 0.99,
  writeShare: 0,
  listShare: 0,
  pageShare: 0,
  reportShare: 0,
  insertShare: 0,
  readModifyWriteShare: 0,
  ttlMs: 5_000,
  originDelayMs: 0,
  popularity: 'zipf',
  cold: false,
  crowd: null,
} as const

/*
 * YCSB's workload E scans short ranges from a random key. The API has no such call: its pages are cached by their start,
 * and a benchmark of them would measure paging rather than caching.
 */
const ycsb = (letter: string) =>
  `YCSB, core workload ${letter}: its proportions and request distribution, Zipf constant 0.99 (Cooper et al., SoCC 2010); rate, TTL and number of posts are ours`

/*
 * The number of requests for the average key within a TTL, λT, and the skew determine the possible hit ratio. λT is
 * (mean freq / 7 days) × TTL, since the traces are a week long. Rate and TTL are ours; the number of posts makes
 * rate × TTL / posts equal to the cluster's λT. All sets count as writes, including fills after a miss.
 */
const twitter = (figures: string) =>
  `Twitter's cache clusters, March 2020 (Yang et al., OSDI 2020; twitter/cache-trace): ${figures}; posts = rate × TTL / λT`

export const workloads = {
  'ycsb-a': {
    ...reads,
    name: 'ycsb-a',
    title: 'YCSB A: half reads, half writes',
    source: ycsb('A'),
    writeShare: 0.5,
  },
  'ycsb-b': {
    ...reads,
    name: 'ycsb-b',
    title: 'YCSB B: 95 % reads, 5 % writes',
    source: ycsb('B'),
    writeShare: 0.05,
  },
  'ycsb-c': { ...reads, name: 'ycsb-c', title: 'YCSB C: reads only', source: ycsb('C') },
  'ycsb-d': {
    ...reads,
    name: 'ycsb-d',
    title: 'YCSB D: 95 % reads of the latest posts, 5 % new posts',
    source: ycsb('D'),
    insertShare: 0.05,
    popularity: 'latest',
  },
  'ycsb-f': {
    ...reads,
    name: 'ycsb-f',
    title: 'YCSB F: half reads, half reads followed by a write of what was read',
    source: ycsb('F'),
    readModifyWriteShare: 0.5,
  },
  'twitter-hot': {
    ...reads,
    name: 'twitter-hot',
    title: 'Twitter, a cluster with a few very popular keys',
    source: twitter('cluster6, Zipf 1.882, 2 % sets, mean freq 327.3, TTL about 540 s, so λT = 0.29'),
    posts: 3_400,
    zipf: 1.882,
    writeShare: 0.02,
  },
  'twitter-write-heavy': {
    ...reads,
    name: 'twitter-write-heavy',
    title: 'Twitter, a cluster with as many sets as gets',
    source: twitter('cluster40, Zipf 0.8551, 50 % sets, mean freq 11.8, TTL 8 h, so λT = 0.56'),
    posts: 1_800,
    zipf: 0.8551,
    writeShare: 0.5,
  },
  'twitter-scan': {
    ...reads,
    name: 'twitter-scan',
    title: 'Twitter, a cluster whose keys are rarely requested again',
    source: twitter('cluster19, Zipf 0.735, 25 % sets, mean freq 4.7, TTL about 7 h, so λT = 0.20'),
    posts: 5_100,
    zipf: 0.735,
    writeShare: 0.25,
  },
  blog: {
    ...reads,
    name: 'blog',
    title: 'A blog: its front page, single posts, a report over all of them, now and then an edit',
    source:
      'ours: 20 % of the requests read the front page, 0.5 % the report, 0.5 % edit a post (one of each a second), the rest read one of the 150 most popular posts; each load of posts takes 25 ms on top of its query, which represents joins and remote calls; the report has no added delay',
    posts: 150,
    writeShare: 0.005,
    pageShare: 0.2,
    reportShare: 0.005,
    ttlMs: 6_000,
    originDelayMs: 25,
  },
  'cheap-reads': {
    ...reads,
    name: 'cheap-reads',
    title: 'Cheap reads: one row by its primary key, no added delay, now and then an edit',
    source: 'ours: the posts, rate, edits and TTL of blog, without its front page, its report and its added delay',
    posts: 150,
    writeShare: 0.005,
    ttlMs: 6_000,
  },
  'flash-crowd': {
    ...reads,
    name: 'flash-crowd',
    title: 'A flash crowd: for a third of the time 4 times the load, 90 % of it for one post',
    source:
      'ours; loads take 50 ms longer, and the TTL is 1 s, so that the post expires several times during the crowd',
    writeShare: 0.05,
    ttlMs: 1_000,
    originDelayMs: 50,
    crowd: { from: 1 / 3, to: 2 / 3, rateFactor: 4, share: 0.9 },
  },
  'cold-start': {
    ...reads,
    name: 'cold-start',
    title: 'From an empty cache: 95 % reads, 5 % writes, no warm-up',
    source: 'the operations of YCSB B, measured from the first one on',
    writeShare: 0.05,
    cold: true,
  },
} as const satisfies Record<string, Workload>

export type WorkloadName = keyof typeof workloads

export const workloadNames = Object.keys(workloads) as WorkloadName[]
