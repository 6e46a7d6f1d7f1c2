import { expect } from "bun:test"
import { waitFor } from "../../scripts/services/wait"

/**
 * Waits until what is read equals what is expected, as a whole: shards, replicas, apps and pages get there one after
 * the other. Fails with the difference that was left at the end.
 */
export async function becomes<T>(read: () => T | Promise<T>, expected: Awaited<T>): Promise<void> {
  let last: Awaited<T> | undefined
  const isThere = async () => {
    last = await read()
    return equals(last, expected)
  }
  await waitFor("it to become what is expected", isThere).catch((error) => {
    expect(last).toEqual(expected)
    throw error
  })
}

/** Compares as the tests do, with expect.objectContaining() and its like. */
function equals(value: unknown, expected: unknown): boolean {
  try {
    expect(value).toEqual(expected)
    return true
  } catch {
    return false
  }
}
