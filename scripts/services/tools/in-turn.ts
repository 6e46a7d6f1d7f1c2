/** Work that several processes may want to do at the same moment, such as installing a program, and that one alone may do. */

import { join } from "node:path"
import { lockState } from "../processes/lock"
import { UserError } from "../terminal/user-error"
import { CACHE } from "./cache-folder"

const LOOK_AGAIN_MS = 250

/** The last work of each name in this process: a lock tells processes apart, but not two callers within one. */
const last = new Map<string, Promise<unknown>>()

/** Does `work` while no process of this user does other work of this name; waits for its turn. */
export function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(name) ?? Promise.resolve()
  const mine = before.then(
    () => locked(name, work),
    () => locked(name, work),
  )
  last.set(name, mine)
  return mine
}

async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  const unlock = await lock(join(CACHE, "turns", name))
  try {
    return await work()
  } finally {
    unlock()
  }
}

async function lock(dir: string): Promise<() => void> {
  for (;;) {
    try {
      return lockState(dir)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      await Bun.sleep(LOOK_AGAIN_MS)
    }
  }
}
