/** A part of a page that may fail without taking the rest with it. */

import type { ComponentChildren } from "preact"
import { useErrorBoundary } from "preact/hooks"

/** Shows nothing any more once its content has thrown: in a browser that lacks something, say. */
export function ErrorBoundary({ children }: { children: ComponentChildren }) {
  const [error] = useErrorBoundary((thrown: unknown) => console.warn(thrown))
  return error === undefined ? children : null
}
