import { useEffect } from "preact/hooks"

/** Keeps the screen on while the page is visible, where the browser can do that. */
export function useWakeLock(): void {
  useEffect(() => {
    const stop = new AbortController()
    const ask = () => {
      if (document.visibilityState !== "visible") return
      // A browser may refuse on battery or without HTTPS.
      navigator.wakeLock?.request("screen").catch(() => {})
    }
    ask()
    // The browser releases the lock whenever the page is hidden.
    document.addEventListener("visibilitychange", ask, { signal: stop.signal })
    return () => stop.abort()
  }, [])
}
