/** How many steps of a check run at once. */

import { cpus } from "node:os"

/** Whether a step may begin beside so many that run. It is asked for a step that begins if it may. */
export type Room = (running: number) => boolean

export const atMost =
  (width: number): Room =>
  (running) =>
    running < width

/** The load of a test file shows after so long: until then, and so long after that, no other begins because of idle processors. */
const WINDOW_MS = 3_000
/** Processors without work that leave room for one more file: it keeps about one busy while it does not wait. */
const IDLE = 0.6

/** Milliseconds at which processors had nothing to do since the system started, all of them together, and the time. */
export type IdleTime = { readonly idle: number; readonly at: number }

/**
 * Room for as many steps as `width`, and for up to twice as many while they leave processors idle: many test files mostly wait, for
 * what a timeout or a store's start takes. So a check takes about as long as its work, however it mixes.
 */
export function whileIdle(width: number, read: () => IdleTime = readIdleTime): Room {
  let before = read()
  return (running) => {
    if (running >= 2 * width) return false
    const now = read()
    const passed = now.at - before.at
    if (running >= width && passed < WINDOW_MS) return false
    const idle = (now.idle - before.idle) / passed
    before = now
    return running < width || idle >= IDLE
  }
}

function readIdleTime(): IdleTime {
  return { idle: cpus().reduce((sum, { times }) => sum + times.idle, 0), at: performance.now() }
}
