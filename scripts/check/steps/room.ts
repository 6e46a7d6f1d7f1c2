/** How many steps of a check run at once. */

import { cpus } from "node:os"

/** Whether a step may begin beside so many that run. It is asked for a step that begins if it may. */
export type Room = (running: number) => boolean

export const atMost =
  (width: number): Room =>
  (running) =>
    running < width

/** The load of a test file shows after so long: until then the number of those that run stays as it is. */
const WINDOW_MS = 3_000
/** Processors without work that leave room for one more file: it keeps less than half of one busy, on average. */
const MUCH_IDLE = 0.35
/** Processors without work that say that one file fewer would do as much. */
const LITTLE_IDLE = 0.1

/** Milliseconds at which processors had nothing to do since the system started, all of them together, and the time. */
export type IdleTime = { readonly idle: number; readonly at: number }

/**
 * Room for as many steps as `width`, and for up to twice as many while they leave processors idle: many test files mostly wait, for
 * what a timeout or a store's start takes. Whatever ends is followed at once, so that the number that keeps the processors busy
 * is found once, and not again after each end. So a check takes about as long as its work, however it mixes.
 */
export function whileIdle(width: number, read: () => IdleTime = readIdleTime): Room {
  let before = read()
  let allowed = width
  const judge = (running: number) => {
    const now = read()
    const passed = now.at - before.at
    if (passed < WINDOW_MS) return
    const idle = (now.idle - before.idle) / passed
    before = now
    if (idle >= MUCH_IDLE && running >= allowed) allowed = Math.min(allowed + 1, 2 * width)
    if (idle < LITTLE_IDLE) allowed = Math.max(allowed - 1, width)
  }
  return (running) => {
    judge(running)
    return running < allowed
  }
}

function readIdleTime(): IdleTime {
  return { idle: cpus().reduce((sum, { times }) => sum + times.idle, 0), at: performance.now() }
}
