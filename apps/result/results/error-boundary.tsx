/** A part of a page that may fail while the rest of the page goes on. */

import type { ComponentChildren } from "preact"
import { useErrorBoundary } from "preact/hooks"

/** Shows nothing once its content has thrown, as it may in a browser that lacks something. */
export function ErrorBoundary({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary((thrown: unknown) => console.warn(thrown))
  return error === undefined ? children : null
}
