/**
 * A fault that the person at the terminal can mend: the message is one sentence that says what is wrong and
 * what to do, and a command prints it without a stack.
 */
export class Trouble extends Error {
  override name = "Trouble"
}

/** What to print for any thrown value: a Trouble's sentence as it is, the whole stack of a programming error. */
export function describe(error: unknown): string {
  if (error instanceof Trouble) return error.message
  if (isMistyped(error)) return `${error.message} See --help.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** What `parseArgs` of node:util says of a flag that there is not. */
function isMistyped(error: unknown): error is Error {
  return (
    error instanceof Error && String((error as { code?: unknown }).code ?? "").startsWith("ERR_PARSE_ARGS")
  )
}
