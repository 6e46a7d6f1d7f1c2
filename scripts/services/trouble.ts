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
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
