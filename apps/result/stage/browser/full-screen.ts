/** Full screen, which iPhones have for films alone, and Safari before 16.4 by names of its own. */

type Prefixed = {
  webkitFullscreenEnabled?: boolean
  webkitFullscreenElement?: Element | null
  webkitExitFullscreen?: () => void
}
type PrefixedElement = { webkitRequestFullscreen?: () => void }

/** Whether a page can fill this screen. */
export function hasFullScreen(): boolean {
  const page = document as Document & Prefixed
  return Boolean(page.fullscreenEnabled ?? page.webkitFullscreenEnabled)
}

/** Enters or leaves it; a browser that forbids it leaves the page as it is. */
export async function toggleFullScreen(): Promise<void> {
  const page = document as Document & Prefixed
  const root = document.documentElement as HTMLElement & PrefixedElement
  const isFull = page.fullscreenElement ?? page.webkitFullscreenElement
  try {
    if (isFull) await (page.exitFullscreen?.() ?? page.webkitExitFullscreen?.())
    else await (root.requestFullscreen?.() ?? root.webkitRequestFullscreen?.())
  } catch {
    // Asked for without a key or click, say.
  }
}
