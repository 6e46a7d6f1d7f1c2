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
  if (isMistyped(error)) return `${mistyped(error)}: see --help.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The first sentence of what `parseArgs` says; the others are about its own way of writing. */
export function mistyped({ message }: Error): string {
  return message.split(/\.\s/, 1)[0] ?? message
}

/** Whether `parseArgs` of node:util refused the words. */
function isMistyped(error: unknown): error is Error {
  return (
    error instanceof Error && String((error as { code?: unknown }).code ?? "").startsWith("ERR_PARSE_ARGS")
  )
}
