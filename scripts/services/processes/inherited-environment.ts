/** What a program may see of this process's environment, which may hold credentials that are none of its business. */

const INHERITED = ["PATH", "HOME", "TMPDIR", "LANG", "NODE_ENV"]

export function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
