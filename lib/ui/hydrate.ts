/** Makes a page from the server live in the browser. */

import { Component, type ComponentChild, h, hydrate, render } from "preact"
import "./translatable"

/** The data that `renderPage` put into the page. */
export function pageData<T>(): T {
  return JSON.parse(document.getElementById("page-data")?.textContent ?? "null") as T
}

/**
 * Hydrates what the server rendered into `selector`, with the same component and the same data. When something is thrown there,
 * now or later, as in a browser that lacks something, what the server rendered is restored: a page that works without scripts.
 */
export function hydrateApp(app: ComponentChild, selector: string): void {
  const place = document.querySelector(selector)
  if (!place) return
  const served = place.cloneNode(true)
  const onError = (error: unknown) => {
    console.error(error)
    place.replaceWith(served)
  }
  try {
    hydrate(h(Guard, { onError }, app), place)
  } catch (error) {
    onError(error)
    render(null, place)
  }
}

type GuardProps = { onError: (error: unknown) => void; children?: ComponentChild }

/** Removes components that failed, with their timers and listeners. */
class Guard extends Component<GuardProps, { failed?: boolean }> {
  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true })
    this.props.onError(error)
  }

  override render(): ComponentChild {
    return this.state.failed ? null : this.props.children
  }
}
