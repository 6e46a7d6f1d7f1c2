/**
 * How every script reads its command line. It declares its usage and its options; `--help` (or -h) prints the usage and ends
 * with 0, and what the script does not know is told in one sentence and ends with 2.
 */

import { parseArgs } from "node:util"
import { type CommandOption, refused } from "./options"
import { describe, UsageError } from "./user-error"

type Options = Readonly<Record<string, CommandOption<unknown>>>

export interface CommandLine<Declared extends Options> {
  readonly usage: string
  /** By their names without the dashes. */
  readonly options?: Declared
  /** Whether the script takes words that are no options, such as the name of a file. */
  readonly takesOperands?: boolean
}

export type OptionValues<Declared extends Options> = {
  readonly [Name in keyof Declared]: ReturnType<Declared[Name]["read"]>
}

/** What stands on a command line. */
export interface Given<Declared extends Options> {
  readonly values: OptionValues<Declared>
  /** The words that are no options. */
  readonly operands: readonly string[]
}

/** Reads the command line of this process, and ends the process where it asks for help or is wrong. */
export function readCommandLine<Declared extends Options = Record<never, never>>(
  declared: CommandLine<Declared>,
): Given<Declared> {
  try {
    return parseCommandLine(declared, process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

/**
 * Reads a command line; only `--help` ends the process.
 * @throws {UsageError} that says in one sentence what is wrong with it
 */
export function parseCommandLine<Declared extends Options = Record<never, never>>(
  { usage, options, takesOperands = false }: CommandLine<Declared>,
  words: readonly string[],
): Given<Declared> {
  const declared: Options = options ?? {}
  endIfHelpIsAsked(usage, words)
  const given = new Map<string, string[]>(Object.keys(declared).map((name) => [name, []]))
  const operands: string[] = []
  for (const token of tokensOf(declared, words)) {
    if (token.kind === "positional") operands.push(token.value)
    if (token.kind !== "option") continue
    const values = given.get(token.name)
    const option = declared[token.name]
    if (!values || !option) throw new UsageError(`Unknown option '${token.rawName}': see --help.`)
    values.push(readToken(option, token))
  }
  if (operands.length > 0 && !takesOperands)
    throw new UsageError(`Unexpected argument '${operands[0]}': see --help.`)
  const values = Object.entries(declared).map(([name, option]) => [
    name,
    option.read(given.get(name) ?? [], `--${name}`),
  ])
  return { values: Object.fromEntries(values), operands }
}

/** The words of a script that hands them on to another program, which knows them. */
export function readPassedOnWords(usage: string): string[] {
  const words = process.argv.slice(2)
  endIfHelpIsAsked(usage, words)
  return words
}

/** Prints a usage and ends the process with 0. */
export function showUsage(usage: string): never {
  console.log(usage)
  process.exit(0)
}

/**
 * Runs a script and ends the process with the exit code that it gives, or with 0. An error is told, in one sentence where a
 * person can mend it.
 * @param failure the exit code after an error that is not about the command line, which always has 2
 */
export async function runScript(
  script: () => Promise<number | undefined>,
  { failure }: { failure: number },
): Promise<never> {
  try {
    process.exit((await script()) ?? 0)
  } catch (error) {
    console.error(describe(error))
    process.exit(error instanceof UsageError ? 2 : failure)
  }
}

function endIfHelpIsAsked(usage: string, words: readonly string[]): void {
  if (words.some((word) => word === "--help" || word === "-h")) showUsage(usage)
}

function tokensOf(declared: Options, words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(declared).map(([name, { takes }]) => [
      name,
      { type: takes === null ? ("boolean" as const) : ("string" as const) },
    ]),
  )
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens
}

/** The value of one option on the command line; of a flag there is none. */
function readToken(
  { takes }: CommandOption<unknown>,
  {
    rawName,
    value,
    inlineValue,
  }: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): string {
  if (takes === null && value === undefined) return ""
  if (takes === null) throw new UsageError(`${rawName} takes no value.`)
  // What looks like an option is one, and the value is missing; `--title=-1` says it otherwise.
  if (value === undefined || (!inlineValue && value.startsWith("-"))) throw refused(rawName, takes, value)
  return value
}
