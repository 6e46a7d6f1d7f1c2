/** Full screen. iPhones allow it for videos alone, and Safari before 16.4 has names of its own for it. */

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

/** Enters or leaves full screen. Where the browser forbids it, the page stays as it is. */
export async function toggleFullScreen(): Promise<void> {
  const page = document as Document & Prefixed
  const root = document.documentElement as HTMLElement & PrefixedElement
  const isFull = page.fullscreenElement ?? page.webkitFullscreenElement
  try {
    if (isFull) await (page.exitFullscreen?.() ?? page.webkitExitFullscreen?.())
    else await (root.requestFullscreen?.() ?? root.webkitRequestFullscreen?.())
  } catch {
    // The browser refuses, for example without a key or click.
  }
}
