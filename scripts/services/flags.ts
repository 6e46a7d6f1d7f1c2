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
