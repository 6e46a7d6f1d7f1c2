/**
 * For the pages of others: puts a poll where this script stands, in a frame as high as its content.
 * `<script src="https://result.example/embed.js" data-poll="lunch" async></script>`; data-view="ballot" to vote there.
 */

const FIRST_HEIGHT_PX = 360
const MOST_HEIGHT_PX = 20_000

const script = document.currentScript
if (script instanceof HTMLScriptElement && script.dataset.poll) {
  const { poll, view } = script.dataset
  const address = new URL(`/embed/${encodeURIComponent(poll)}`, script.src)
  if (view) address.searchParams.set("view", view)
  const frame = document.createElement("iframe")
  frame.src = address.href
  frame.title = script.dataset.title ?? "Tallyroom"
  frame.loading = "lazy"
  frame.style.cssText = `display:block;width:100%;height:${FIRST_HEIGHT_PX}px;border:0;color-scheme:normal`
  script.after(frame)
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow || data?.tallyroom !== "height") return
    const height = Math.min(MOST_HEIGHT_PX, Number(data.height))
    if (height > 0) frame.style.height = `${height}px`
  })
}
