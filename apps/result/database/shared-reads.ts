/** Many ask for the same at once: one statement at a time answers all of them. */

import { databaseProblem } from "./database-problem"
import { withDeadline } from "./deadline"

/** How old an answer may be that is given once more. */
const REUSE_MS = 50

export type SharedReads<T> = {
  /** What stands under this key; undefined when there is nothing. @throws {Problem} database-away */
  read: (key: string) => Promise<T | undefined>
  /** The next read of this key asks Postgres again: something was just changed here. */
  forget: (key: string) => void
}

/**
 * Wraps a read of many keys. Keys asked for while a statement runs wait together for the next one; an answer serves
 * for 50 ms more, or for as long as it took, so that slow statements never fill all of Postgres's time.
 */
export function sharedReads<T>(readMany: (keys: string[]) => Promise<Map<string, T>>): SharedReads<T> {
  const answers = new Map<string, Promise<T | undefined>>()
  let waiting: Set<string> = new Set()
  let turn: Promise<unknown> = Promise.resolve()
  let next: Promise<Map<string, T>> | null = null

  const nextRead = (): Promise<Map<string, T>> => {
    next ??= turn.then(() => {
      const keys = [...waiting]
      waiting = new Set()
      next = null
      return withDeadline(readMany(keys))
    })
    turn = next.catch(() => {})
    return next
  }

  const ask = async (key: string) => {
    const started = performance.now()
    waiting.add(key)
    const answer = nextRead().then((found) => found.get(key))
    answers.set(key, answer)
    const drop = () => {
      if (answers.get(key) === answer) answers.delete(key)
    }
    answer.then(() => setTimeout(drop, Math.max(REUSE_MS, performance.now() - started)), drop)
    return answer
  }

  return {
    read: (key) =>
      (answers.get(key) ?? ask(key)).catch((error) => {
        throw databaseProblem(error) ?? error
      }),
    forget: (key) => void answers.delete(key),
  }
}
