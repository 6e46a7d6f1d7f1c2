import { useEffect, useRef, useState } from "preact/hooks"

/** Follows a value that changes often, at most once in `ms`. The last change is never missed. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, show] = useState(value)
  const latest = useRef(value)
  const changedAt = useRef(Number.NEGATIVE_INFINITY)
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  latest.current = value

  useEffect(() => {
    if (waiting.current !== undefined || Object.is(value, shown)) return
    const wait = Math.max(0, changedAt.current + ms - performance.now())
    waiting.current = setTimeout(() => {
      waiting.current = undefined
      changedAt.current = performance.now()
      show(() => latest.current)
    }, wait)
  })
  useEffect(() => () => clearTimeout(waiting.current), [])
  return shown
}
