/** Clients that have hung up. */

/**
 * Calls back once every hang-up is known that was here when this was called. A process that was halted reads a ballot first,
 * and finds the end of its connection when it looks at its sockets again.
 * @param beforeLook is called just before that
 */
export function afterHangUps(work: () => void, beforeLook?: () => void): void {
  // The event loop looks at its sockets between one immediate callback and the next that it schedules.
  setImmediate(() => {
    beforeLook?.()
    setImmediate(work)
  })
}
