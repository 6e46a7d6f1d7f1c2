/** The server's time in a component, which is rendered anew as it passes. */

import { useEffect, useState } from "preact/hooks"
import type { ServerClock } from "./clock"

/** The server's time (ms): at first `first`, when the page was made; then that of each second while `ticking`. */
export function useNow(clock: ServerClock, first: number, ticking: boolean): number {
  const [now, setNow] = useState(first)
  useEffect(() => {
    if (!ticking) return
    const tick = () => setNow(clock.now())
    tick()
    const timer = setInterval(tick, 1_000)
    return () => clearInterval(timer)
  }, [clock, ticking])
  return now
}
