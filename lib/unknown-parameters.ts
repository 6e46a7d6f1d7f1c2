/** What is said of parameters of an address that nobody knows: mostly one of them is misspelt. */

/** Short names are alike by chance. */
const SHORT = 5

/** After "has": the unknown parameters, and those that were meant, perhaps. */
export function unknownParameters(unknown: readonly string[], known: Iterable<string>): string {
  const names = [...known]
  const quoted = (them: readonly string[]) => them.map((name) => JSON.stringify(name)).join(", ")
  const meant = [...new Set(unknown.flatMap((name) => nearest(name, names) ?? []))]
  const [plural, them] = unknown.length > 1 ? ["s", "them"] : ["", "it"]
  const advice =
    meant.length > 0 ? `did you mean ${quoted(meant)}? Otherwise leave ${them} out` : `leave ${them} out`
  return `the unknown parameter${plural} ${quoted(unknown)}: ${advice}`
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const most = word.length > SHORT ? 2 : 1
  const far = known.map((name) => ({ name, distance: distance(word.toLowerCase(), name) }))
  return far.filter((it) => it.distance <= most).sort((a, b) => a.distance - b.distance)[0]?.name
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const changed = (row[j] ?? 0) + (letter === b[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
