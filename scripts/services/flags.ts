/**
 * Takes `--name value` out of a command line: `undefined` where it is not there. A value that is none of the allowed ones is
 * told in one sentence and ends the process with 2.
 */
export function takeOption<Value extends string>(
  name: string,
  allowed: readonly Value[],
  argv: readonly string[],
): { value: Value | undefined; rest: string[] } {
  const at = argv.findIndex((word) => word === name || word.startsWith(`${name}=`))
  if (at === -1) return { value: undefined, rest: [...argv] }
  const word = argv[at] ?? ""
  const isJoined = word !== name
  const given = isJoined ? word.slice(name.length + 1) : argv[at + 1]
  const value = allowed.find((it) => it === given)
  if (value === undefined) {
    console.error(`${name} takes ${allowed.join(" or ")}${given ? `, not ${given}` : ""}.`)
    process.exit(2)
  }
  return { value, rest: [...argv.slice(0, at), ...argv.slice(at + (isJoined ? 1 : 2))] }
}

/**
 * Which of the allowed flags a command line holds. `--help` prints the usage and ends the process with 0;
 * an unknown flag or word is told in one sentence and ends it with 2.
 */
export function readFlags<Flag extends string>(
  usage: string,
  allowed: readonly Flag[],
  argv: readonly string[],
): Set<Flag> {
  const flags = new Set<Flag>()
  for (const word of argv) {
    if (word === "--help" || word === "-h") {
      console.log(usage)
      process.exit(0)
    }
    const flag = allowed.find((it) => it === word)
    if (flag === undefined) {
      console.error(`Unknown argument ${word}: use --help to see what there is.`)
      process.exit(2)
    }
    flags.add(flag)
  }
  return flags
}
