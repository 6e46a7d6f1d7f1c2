/** A table that may be wider than the page: it scrolls by itself, by the keyboard too. */

import { type ComponentChildren, h } from "preact"

/** @param name what a screen reader calls the region */
export function ScrollingTable({ name, children }: { name: string; children: ComponentChildren }) {
  return h("div", { class: "table-scroll", role: "region", "aria-label": name, tabIndex: 0 }, children)
}
