import { useEffect } from "preact/hooks"

/** Keeps the screen on while the page is seen, where the browser can do that. */
export function useWakeLock(): void {
  useEffect(() => {
    const stop = new AbortController()
    const ask = () => {
      if (document.visibilityState !== "visible") return
      // On battery, or without https, a browser may say no.
      navigator.wakeLock?.request("screen").catch(() => {})
    }
    ask()
    // The browser takes the lock back whenever the page is hidden.
    document.addEventListener("visibilitychange", ask, { signal: stop.signal })
    return () => stop.abort()
  }, [])
}
