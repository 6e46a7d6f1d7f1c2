/** The OpenAPI document of an app at /openapi.json; each route brings its part as its `detail`, and is left out without one. */

import type { AnyElysia, DocumentDecoration } from "elysia"
import { apiHeaders } from "./headers"

/** What the document says beside its routes. */
export type DocumentHead = {
  info: { title: string; version: string; description: string }
  components?: Record<string, unknown>
}

type Route = { method: string; path: string; hooks?: { detail?: DocumentDecoration } }

const METHODS = new Set(["get", "post", "put", "patch", "delete"])
/** It changes with the version of the app alone. */
const CACHE = "public, max-age=60"

/**
 * Serves the document. There is no page to browse it, as such a page loads scripts from another host; and no plugin makes it:
 * that of Elysia drops each parameter of a route with a parameter in its path but this one.
 */
export function openapiRoute(head: DocumentHead): <App extends AnyElysia>(app: App) => App {
  return (app) => {
    // Made when it is asked for first, as most routes come later.
    let made: string | null = null
    app.get(
      "/openapi.json",
      () => {
        made ??= JSON.stringify({ openapi: "3.1.2", ...head, paths: pathsOf(app.routes as Route[]) })
        const headers = { ...apiHeaders, "content-type": "application/json", "cache-control": CACHE }
        return new Response(made, { headers })
      },
      { detail: { hide: true } },
    )
    return app
  }
}

function pathsOf(routes: Route[]): Record<string, Record<string, DocumentDecoration>> {
  const paths = new Map<string, Map<string, DocumentDecoration>>()
  for (const { method, path, hooks } of routes) {
    const { detail } = hooks ?? {}
    if (detail === undefined || detail.hide || !METHODS.has(method.toLowerCase())) continue
    const { hide: _, ...operation } = detail
    const named = path.replace(/:([^/]+)/g, "{$1}")
    const operations = paths.get(named) ?? new Map<string, DocumentDecoration>()
    operations.set(method.toLowerCase(), { ...operation, operationId: operationIdOf(method, path) })
    paths.set(named, operations)
  }
  return Object.fromEntries([...paths].map(([path, operations]) => [path, Object.fromEntries(operations)]))
}

/** Such as getApiPollsByPollResults, by which programs that write clients name their functions. */
function operationIdOf(method: string, path: string): string {
  const parts = path
    .split("/")
    .map((part) => (part.startsWith(":") ? `By${capital(part.slice(1))}` : capital(part)))
  return method.toLowerCase() + (path === "/" ? "Index" : parts.join(""))
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
