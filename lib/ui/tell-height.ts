/**
 * Posts the height of a frame's content to the page around it, now and whenever it changes, as
 * `{ tallyroom: "height", height }` in CSS pixels. The height is no secret, so any site may read it.
 */
export function tellHeight(): void {
  if (parent === window) return
  const tell = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height)
    parent.postMessage({ tallyroom: "height", height }, "*")
  }
  tell()
  new ResizeObserver(tell).observe(document.body)
}
