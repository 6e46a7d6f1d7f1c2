import { useEffect, useState } from "preact/hooks"
import type { ColourScheme } from "./chart-lines"

/** The colour scheme of the page: the one that its address chooses, or else that of the reader's system. */
export function useScheme(): ColourScheme {
  const [scheme, setScheme] = useState<ColourScheme>("light")
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)")
    const told = document.documentElement.dataset.theme
    const look = () => setScheme((told ? told === "dark" : dark.matches) ? "dark" : "light")
    look()
    dark.addEventListener("change", look)
    return () => dark.removeEventListener("change", look)
  }, [])
  return scheme
}
