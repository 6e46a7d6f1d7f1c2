/** Reads that many requests share: where many ask for the same at once, one statement at a time answers all of them. */

import { BoundedMap } from "@tallyroom/lib/bounded-map"
import { databaseProblem } from "./database-problem"
import { withDeadline } from "./deadline"

/** How long an answer may be used again. */
export const REUSE_MS = 50
/** A key that a crowd asks for is read once in this time. */
export const CROWD_REUSE_MS = 1_000
/** So many reads of a key may follow one another sooner, for those who change something and look at once. */
export const SOONER = 10
/** Keys of which it is known how often they were read: more than a process has polls that are asked for. */
const MOST_KEYS = 20_000

export type SharedReads<T> = {
  /** The value of this key; undefined when there is none. @throws {Problem} database-away */
  read: (key: string) => Promise<T | undefined>
  /** The same, for who knows of something newer than the last answer: no older than 50 ms. */
  readAnew: (key: string) => Promise<T | undefined>
  /** Makes the next read of this key, or of any, ask Postgres again, after this process has changed something. */
  forget: (key?: string) => void
  /** The same for whatever may be out of date, as another process has changed something. One that is being read is told a last time. */
  forgetWhere: (isOld: (value: T) => boolean) => void
}

/**
 * Wraps a read of many keys. Keys that are asked for while a statement runs wait together for the next one. An answer is used
 * for another 50 ms, or for as long as it took, so that slow statements never keep Postgres busy all the time; and for a second
 * where its key is asked for all the time, however many ask.
 */
export function sharedReads<T>(readMany: (keys: string[]) => Promise<Map<string, T>>): SharedReads<T> {
  const answers = new Map<string, Answer<T>>()
  /** Until when each key may not be read again by a crowd (ms of performance.now()); each read moves it on by a second. */
  const restsUntil = new BoundedMap<string, number>(MOST_KEYS)
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

  const ask = (key: string): Promise<T | undefined> => {
    const started = performance.now()
    waiting.add(key)
    const rested = Math.max(
      restsUntil.get(key) ?? Number.NEGATIVE_INFINITY,
      started - SOONER * CROWD_REUSE_MS,
    )
    const rests = Math.min(rested, started) + CROWD_REUSE_MS
    restsUntil.set(key, rests)
    // A read may have to wait for the one before, which hangs as well where Postgres does: both together get one deadline.
    const value = withDeadline(nextRead()).then((found) => found.get(key))
    const answer: Answer<T> = { value, renewableFrom: Number.POSITIVE_INFINITY, found: null, doubts: [] }
    answers.set(key, answer)
    const drop = () => {
      if (answers.get(key) === answer) answers.delete(key)
    }
    value.then((found) => {
      const now = performance.now()
      answer.found = { value: found }
      if (answer.doubts.some((isOld) => found === undefined || isOld(found))) return drop()
      answer.renewableFrom = now + Math.max(REUSE_MS, now - started)
      setTimeout(drop, Math.max(answer.renewableFrom, rests) - now)
    }, drop)
    return value
  }
  const told = (value: Promise<T | undefined>) =>
    value.catch((error) => {
      throw databaseProblem(error) ?? error
    })

  return {
    read: (key) => told(answers.get(key)?.value ?? ask(key)),
    readAnew: (key) => {
      const answer = answers.get(key)
      return told(answer && answer.renewableFrom > performance.now() ? answer.value : ask(key))
    },
    forget: (key) => (key === undefined ? answers.clear() : void answers.delete(key)),
    forgetWhere: (isOld) => {
      for (const [key, { found, doubts }] of answers) {
        if (found === null) doubts.push(isOld)
        else if (found.value === undefined || isOld(found.value)) answers.delete(key)
      }
    },
  }
}

type Answer<T> = {
  value: Promise<T | undefined>
  /** Before this moment nobody needs a newer one (ms of performance.now()). */
  renewableFrom: number
  /** What was read; null as long as it is being read. */
  found: { value: T | undefined } | null
  /** What may have changed since the reading began. */
  doubts: ((value: T) => boolean)[]
}
