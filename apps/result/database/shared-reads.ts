/** Reads that many requests share: where many ask for the same at once, one statement at a time answers all of them. */

import { databaseProblem } from "./database-problem"
import { withDeadline } from "./deadline"

/** How long an answer may be used again. */
const REUSE_MS = 50

export type SharedReads<T> = {
  /** The value of this key; undefined when there is none. @throws {Problem} database-away */
  read: (key: string) => Promise<T | undefined>
  /** Makes the next read of this key, or of any, ask Postgres again, after this process has changed something. */
  forget: (key?: string) => void
}

/**
 * Wraps a read of many keys. Keys that are asked for while a statement runs wait together for the next one. An answer is used
 * for another 50 ms, or for as long as it took, so that slow statements never keep Postgres busy all the time.
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
    // A read may have to wait for the one before, which hangs as well where Postgres does: both together get one deadline.
    const answer = withDeadline(nextRead()).then((found) => found.get(key))
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
    forget: (key) => (key === undefined ? answers.clear() : void answers.delete(key)),
  }
}
