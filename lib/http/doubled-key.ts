/** JSON.parse silently keeps the last of two equal keys; a reader that keeps the first would see another ballot. */

/** A key that some object in this valid JSON text holds twice, or null. */
export function doubledKey(json: string): string | null {
  // Most ballots have a single key.
  if (json.indexOf(":") === json.lastIndexOf(":")) return null
  const objects: Set<string>[] = []
  let text = ""
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}:]/g)) {
    if (token === "{") objects.push(new Set())
    else if (token === "}") objects.pop()
    else if (token !== ":") text = token
    else {
      const key = String(JSON.parse(text))
      const seen = objects.at(-1)
      if (seen?.has(key)) return key
      seen?.add(key)
    }
  }
  return null
}
