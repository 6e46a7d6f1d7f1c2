import { useEffect, useState } from "preact/hooks"

/** Whether scripts run: false on the server and while the browser draws for the first time, as both must draw the same. */
export function useMounted(): boolean {
  const [mounted, setMounted] = useState(false)
  useEffect(() => setMounted(true), [])
  return mounted
}
