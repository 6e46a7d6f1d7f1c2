/** Making a page from the server live in the browser. */

import { type ComponentChild, hydrate } from "preact"

/** The data that `renderPage` put into the page. */
export function pageData<T>(): T {
  return JSON.parse(document.getElementById("page-data")?.textContent ?? "null") as T
}

/** Takes over what the server rendered into `selector`, by the same component with the same data. */
export function hydrateApp(app: ComponentChild, selector: string): void {
  const place = document.querySelector(selector)
  if (place) hydrate(app, place)
}
