/** What a program of ours does other than run its app: `vote health`, `worker audit`. */

/** From its name to what it does with the words after it, and the exit code. */
export type Subcommands = Record<string, (words: string[]) => number | Promise<number>>

/** Runs the subcommand that the command line names and ends the process; without one it returns, and the app runs. */
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
