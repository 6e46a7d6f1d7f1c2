/**
 * A fault that the person at the terminal can mend: the message is one sentence that says what is wrong and
 * what to do, and a command prints it without a stack.
 */
export class UserError extends Error {
  override name = "UserError"
}

/** Thrown for a command line that makes no sense. The command has done nothing then, and ends with 2. */
export class UsageError extends UserError {}

/** What to print for any thrown value: the sentence of a UserError as it is, the whole stack of a programming error. */
export function describe(error: unknown): string {
  if (error instanceof UserError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
