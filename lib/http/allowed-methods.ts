/** Which methods an address takes, so that a wrong method (405) is told from an unknown address (404). */

type Route = { method: string; path: string }

const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"])
const patterns = new Map<string, RegExp>()

/** The methods of all routes that match `path`, sorted; empty when no route does. A route that answers GET answers HEAD, too. */
export function allowedMethods(routes: Route[], path: string): string[] {
  const matching = routes.filter((route) => METHODS.has(route.method) && pattern(route.path).test(path))
  const methods = new Set(matching.map((route) => route.method))
  if (methods.has("GET")) methods.add("HEAD")
  return [...methods].sort()
}

/** `:name` stands for one part of the path, `*` for the rest. */
function pattern(path: string): RegExp {
  const known = patterns.get(path)
  if (known) return known
  const source = path
    .split("/")
    .map((part) =>
      part === "*" ? ".*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/:[^./]+/g, "[^/]+"),
    )
    .join("/")
  const made = new RegExp(`^${source}/?$`)
  patterns.set(path, made)
  return made
}
