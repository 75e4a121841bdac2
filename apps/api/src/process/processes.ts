import cluster from 'node:cluster'
import type { Logger } from 'pino'
import type { LoadControl } from '../live/load-runs.ts'
import type { Answer, Arguments, Message, PrimaryQuestions, Question, Questions, Reply } from './messages.ts'
import { within } from './within.ts'

/** For how long a process waits for the others: short against the second of the live page. One that is busy for longer is left out. */
export const ANSWER_WITHIN_MS = 500
/** Stopping a load takes as long as its process takes to end. */
const PRIMARY_WITHIN_MS = 5_000

/** The processes that serve one port (`WORKERS`), as one of them sees them. */
export interface Processes {
  /** How many there should be, with this one. */
  readonly count: number
  /** This one, among them. */
  readonly id: number
  /**
   * Asks all others that serve. One that starts gets changes of state before it serves.
   *
   * @param withinMs for how long to wait, usually `ANSWER_WITHIN_MS`. One that is late still does what it was asked
   */
  askOthers<Name extends keyof Questions>(
    withinMs: number,
    name: Name,
    ...args: Arguments<Questions, Name>
  ): Promise<Answers<Answer<Questions, Name>>>
  /** The load of the live page, which the primary process starts. Undefined: it is started here. */
  readonly load?: LoadControl
  /** Answers what the others ask, from when this process serves. What is asked earlier waits. */
  answerWith(questions: Questions): void
}

export interface Answers<A> {
  /** In any order. */
  readonly answers: readonly A[]
  /** Whether all that serve answered in time, and none failed. */
  readonly areAll: boolean
}

/** The only process of a service. */
export const alone: Processes = {
  count: 1,
  id: 0,
  askOthers: async () => ({ answers: [], areAll: true }),
  answerWith() {},
}

/** @param count how many processes there should be */
export function joinProcesses(count: number, logger: Logger): Processes {
  const { worker } = cluster
  if (worker === undefined) return alone
  return {
    count,
    id: worker.id,
    load: { start: (plan) => askPrimary('startLoad', plan), stop: () => askPrimary('stopLoad') },
    async askOthers(withinMs, name, ...args) {
      const answers: Answer<Questions, typeof name>[] = []
      let failed = 0
      let asked = count - 1
      const all = Promise.withResolvers<void>()
      const overdue = setTimeout(all.resolve, withinMs)
      const forget = ask({ ask: 'others', name, args }, (reply) => {
        if ('asked' in reply) asked = reply.asked
        else if ('error' in reply) failed++
        else answers.push(reply.answer as Answer<Questions, typeof name>)
        if (answers.length + failed === asked) all.resolve()
      })
      await all.promise
      clearTimeout(overdue)
      forget()
      return { answers, areAll: answers.length === asked }
    },
    answerWith(questions) {
      process.on('message', async (message: Message) => {
        if (!('from' in message)) return
        const { from, id, name, args } = message
        const carryOut = questions[name] as (...args: unknown[]) => unknown
        try {
          const answer = await carryOut(...args)
          if (from !== null) send({ to: from, id, answer })
        } catch (err) {
          logger.error({ err }, `another process asked for ${name}`)
          if (from !== null) send({ to: from, id, error: String(err) })
        }
      })
    },
  }
}

/** Asks the primary process. */
async function askPrimary<Name extends keyof PrimaryQuestions>(
  name: Name,
  ...args: Arguments<PrimaryQuestions, Name>
): Promise<Answer<PrimaryQuestions, Name>> {
  const answered = Promise.withResolvers<unknown>()
  const forget = ask({ ask: 'primary', name, args }, (reply) => {
    if ('error' in reply) answered.reject(new Error(`the primary process: ${reply.error}`))
    else if (!('asked' in reply)) answered.resolve(reply.answer)
  })
  const late = `the primary process gave no answer within ${PRIMARY_WITHIN_MS} ms`
  const answer = await within(answered.promise, PRIMARY_WITHIN_MS, late).finally(forget)
  return answer as Answer<PrimaryQuestions, Name>
}

const waiting = new Map<number, (reply: Reply) => void>()
let lastId = 0

function ask(question: Question, onReply: (reply: Reply) => void): () => void {
  if (lastId === 0) process.on('message', receiveReply)
  const id = ++lastId
  waiting.set(id, onReply)
  send({ ...question, id })
  return () => waiting.delete(id)
}

function receiveReply(message: Message): void {
  if ('to' in message) waiting.get(message.id)?.(message)
}

function send(message: Message): void {
  // Without a channel, this process is about to end.
  process.send?.(message, undefined, undefined, () => {})
}
