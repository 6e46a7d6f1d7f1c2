/** Leaving the page: asked for again on a slow way, it would begin anew each time, and never end. */

let leaving = false

export function leave(go: () => void): void {
  if (leaving) return
  leaving = true
  go()
}
