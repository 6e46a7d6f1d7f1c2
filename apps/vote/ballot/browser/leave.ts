/** Leaves the page, once: on a slow network, leaving again would start the navigation anew, and it would never end. */

let leaving = false

export function leave(go: () => void): void {
  if (leaving) return
  leaving = true
  go()
}
