import cluster from 'node:cluster'
import type { Logger } from 'pino'
import type { LoadControl } from '../live/load-runs.ts'
import type { Answer, Arguments, Message, PrimaryQuestions, Questions } from './messages.ts'
import { within } from './within.ts'

/** For how long a process waits for the others. Longer than one of them is ever busy, and short against the second of the live page. */
export const ANSWER_WITHIN_MS = 500
/** Stopping a load takes as long as its process takes to end. */
const PRIMARY_WITHIN_MS = 5_000

/** The processes that serve one port (`WORKERS`), as one of them sees them. */
export interface Processes {
  /** How many there should be, with this one. */
  readonly count: number
  /** This one, among them. */
  readonly id: number
  /** Asks all others. Resolves with the answers of those that answered within `ANSWER_WITHIN_MS`, in any order. */
  askOthers<Name extends keyof Questions>(
    name: Name,
    ...args: Arguments<Questions, Name>
  ): Promise<Answer<Questions, Name>[]>
  /** The load of the live page, which the primary process starts. Undefined: it is started here. */
  readonly load?: LoadControl
  /** Answers what the others ask, from when this process serves. What is asked earlier waits. */
  answerWith(questions: Questions): void
}

/** The only process of a service. */
export const alone: Processes = { count: 1, id: 0, askOthers: async () => [], answerWith() {} }

/** @param count how many processes there should be */
export function joinProcesses(count: number, logger: Logger): Processes {
  const { worker } = cluster
  if (worker === undefined) return alone
  return {
    count,
    id: worker.id,
    load: { start: (plan) => askPrimary('startLoad', plan), stop: () => askPrimary('stopLoad') },
    async askOthers(name, ...args) {
      const answers: Answer<Questions, typeof name>[] = []
      const all = Promise.withResolvers<void>()
      const overdue = setTimeout(all.resolve, ANSWER_WITHIN_MS)
      const forget = ask('others', name, args, (answer) => {
        answers.push(answer as Answer<Questions, typeof name>)
        if (answers.length === count - 1) all.resolve()
      })
      await all.promise
      clearTimeout(overdue)
      forget()
      return answers
    },
    answerWith(questions) {
      process.on('message', async (message: Message) => {
        if (!('from' in message)) return
        const { from, id, name, args } = message
        const carryOut = questions[name as keyof Questions] as (...args: unknown[]) => unknown
        try {
          const answer = await carryOut(...args)
          if (from !== null) send({ to: from, id, answer })
        } catch (err) {
          logger.error({ err }, `another process asked for ${name}`)
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
  const forget = ask('primary', name, args, answered.resolve)
  const late = `the primary process gave no answer within ${PRIMARY_WITHIN_MS} ms`
  const answer = await within(answered.promise, PRIMARY_WITHIN_MS, late).finally(forget)
  return answer as Answer<PrimaryQuestions, Name>
}

const waiting = new Map<number, (answer: unknown) => void>()
let lastId = 0

function ask(
  whom: 'others' | 'primary',
  name: string,
  args: unknown[],
  onAnswer: (answer: unknown) => void,
): () => void {
  if (lastId === 0) process.on('message', receiveAnswer)
  const id = ++lastId
  waiting.set(id, onAnswer)
  send({ ask: whom, id, name, args })
  return () => waiting.delete(id)
}

function receiveAnswer(message: Message): void {
  if ('to' in message) waiting.get(message.id)?.(message.answer)
}

function send(message: Message): void {
  // Without a channel, this process is about to end.
  process.send?.(message, undefined, undefined, () => {})
}
