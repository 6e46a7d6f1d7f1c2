import { InboxAway } from "../contract"

/**
 * A broker's client waits for ever for what was asked just before its connection went away.
 * @throws {InboxAway} when the answer did not come in time, or was an error
 */
export async function inTime<T>(broker: string, answer: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new InboxAway(`${broker} did not answer within ${timeoutMs} ms`)),
    timeoutMs,
  )
  try {
    return await Promise.race([answer, promise])
  } catch (cause) {
    answer.catch(() => {}) // it is told once
    throw cause instanceof InboxAway ? cause : new InboxAway(`${broker} refused`, { cause })
  } finally {
    clearTimeout(timer)
  }
}
