/**
 * For the pages of others: puts a poll where this script stands, in a frame as high as its content and as light or dark
 * as what it stands on. `<script src="https://result.example/embed.js" data-poll="lunch" async></script>`;
 * data-view="ballot" to vote there, data-theme="light" or "dark" to say which.
 */

import { themeAround } from "./theme-around"

const FIRST_HEIGHT_PX = 360
const MOST_HEIGHT_PX = 20_000

const script = document.currentScript
if (script instanceof HTMLScriptElement && script.dataset.poll) {
  const { poll } = script.dataset
  if (script.closest("head")) atTheEnd(script, () => show(script, poll))
  else show(script, poll)
}

/** Nothing is shown in a page's head, where some sites' editors put all scripts: the poll then stands at the page's end. */
function atTheEnd(place: HTMLScriptElement, then: () => void): void {
  const move = () => {
    document.body.append(place)
    then()
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", move)
  else move()
}

function show(place: HTMLScriptElement, poll: string): void {
  const { view, title = "Tallyroom" } = place.dataset
  const address = new URL(`/embed/${encodeURIComponent(poll)}`, place.src)
  if (view) address.searchParams.set("view", view)
  address.searchParams.set("theme", themeOf(place))
  const frame = document.createElement("iframe")
  Object.assign(frame, { src: address.href, title, loading: "lazy" })
  frame.style.cssText = `display:block;width:100%;height:${FIRST_HEIGHT_PX}px;border:0`
  // A frame can be seen through only as long as both sides agree on this.
  frame.style.colorScheme = themeOf(place)
  place.after(frame)
  const tell = () => {
    frame.style.colorScheme = themeOf(place)
    // To whoever is in the frame: a ballot is at the vote app, whose origin is not known here, and this is no secret.
    frame.contentWindow?.postMessage({ tallyroom: "theme", theme: themeOf(place) }, "*")
  }
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow || data?.tallyroom !== "height") return
    const height = Math.min(MOST_HEIGHT_PX, Number(data.height))
    if (height > 0) frame.style.height = `${height}px`
  })
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell)
}

function themeOf(place: HTMLElement): "light" | "dark" {
  const { theme } = place.dataset
  return theme === "light" || theme === "dark" ? theme : themeAround(place)
}
