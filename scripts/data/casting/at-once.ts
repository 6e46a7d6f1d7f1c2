/**
 * Works through items, some at the same time. After the first failure, of the items or of the work on one, no more work
 * begins; the failure is thrown once all work under way has ended.
 */
export async function atOnce<T>(
  items: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  try {
    for await (const item of items) {
      const one = work(item)
        .catch((error) => void failures.push(error))
        .finally(() => underWay.delete(one))
      underWay.add(one)
      if (underWay.size >= width) await Promise.race(underWay)
      if (failures.length > 0) break
    }
  } finally {
    await Promise.all(underWay)
  }
  if (failures.length > 0) throw failures[0]
}
