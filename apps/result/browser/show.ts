/** Writes a snapshot into the page that the server made. */

import { countText, phaseText, shareText, shareWidth, totalText } from "../pages/wording"
import type { Snapshot } from "../snapshot"

export function show(tally: HTMLElement, snapshot: Snapshot): void {
  write(tally, "#title", snapshot.title)
  write(tally, "#phase", phaseText(snapshot))
  write(tally, "#total", totalText(snapshot))
  for (const { id, label, votes } of snapshot.options) {
    const row = tally.querySelector(`[data-option="${CSS.escape(id)}"]`)
    if (!row) continue
    write(row, "[data-part=label]", label)
    write(row, "[data-part=votes]", countText(votes))
    write(row, "[data-part=share]", shareText(votes, snapshot.total))
    row.querySelector("[data-part=bar]")?.setAttribute("width", shareWidth(votes, snapshot.total))
  }
}

function write(within: Element, selector: string, text: string): void {
  const element = within.querySelector(selector)
  if (element && element.textContent !== text) element.textContent = text
}
