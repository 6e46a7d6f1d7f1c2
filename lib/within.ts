/** A promise with a deadline. */

/**
 * Settles as `promise` does, or rejects after `ms`. What becomes of `promise` after that is ignored, a rejection too.
 * @param error makes the reason of a late rejection, only once it is needed
 */
export function within<T>(ms: number, promise: Promise<T>, error: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(error()), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
