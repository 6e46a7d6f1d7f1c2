/**
 * For the pages of other sites: shows a poll in the place of this script, in a frame as high as its content, and light or dark
 * like the page around it. `<script src="https://result.example/embed.js" data-poll="lunch" async></script>`
 * With data-view="ballot" people vote in the frame. data-theme="light" or "dark" chooses the theme.
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

/** Some editors put all scripts into the head of a page, where nothing is shown. The poll is then shown at the end of the page. */
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
  // A frame is transparent only if both pages have the same colour scheme.
  frame.style.colorScheme = themeOf(place)
  place.after(frame)
  const tell = () => {
    frame.style.colorScheme = themeOf(place)
    // Sent to any origin: a ballot comes from the vote app, whose origin is not known here, and the theme is no secret.
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
