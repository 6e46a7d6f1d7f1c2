import { expect } from "bun:test"
import { waitFor } from "../../scripts/services/wait"

/**
 * Waits until what is read equals what is expected, as a whole: shards, replicas and apps come to it one after the other.
 * Fails with the difference that was left at the end.
 */
export async function becomes<T>(read: () => T | Promise<T>, expected: Awaited<T>): Promise<void> {
  let last: Awaited<T> | undefined
  const isThere = async () => {
    last = await read()
    return Bun.deepEquals(last, expected)
  }
  await waitFor("it to become what is expected", isThere).catch(() => expect(last).toEqual(expected))
}
