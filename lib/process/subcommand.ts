/** Subcommands of the compiled programs, such as `vote health` and `worker audit`. Without one, the program runs its app. */

/** From the name of a subcommand to a function that takes the words after it and returns the exit code. */
export type Subcommands = Record<string, (words: string[]) => number | Promise<number>>

/** Runs the subcommand that the command line names, and exits. Without one it returns. */
export async function runSubcommand(
  app: string,
  subcommands: Subcommands,
  words: string[] = process.argv.slice(2),
): Promise<void> {
  const [name, ...rest] = words
  if (name === undefined) return
  const run = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (run) process.exit(await run(rest))
  const names = Object.keys(subcommands).join(", ")
  console.error(
    `tallyroom ${app} has no subcommand ${JSON.stringify(name)}: choose from ${names}, or none to run it.`,
  )
  process.exit(2)
}
