/**
 * What is read again and again, from what people replace while it is read: what can't be read for a moment is as it was.
 * @throws {Error} what the first reading throws
 */
export function lastGood<T extends object>(read: () => T): () => T {
  let last: T | undefined
  return () => {
    try {
      last = read()
    } catch (error) {
      if (last === undefined) throw error
    }
    return last
  }
}
