/** What a person is told when an export fails. */

import { isDatabaseAway } from "@tallyroom/lib/database"
import { MissingRights } from "@tallyroom/lib/postgres/rights"
import postgres from "postgres"
import { UserError } from "../../services/terminal/user-error"

/** @returns a UserError for what the disk or the database refused, anything else as it is */
export function failure(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error
  if (error instanceof MissingRights)
    return new UserError(`The database can't be read: ${error.message}`, { cause: error })
  if (error instanceof postgres.PostgresError || isDatabaseAway(error))
    return new UserError(`The database can't be read: ${error.message}.`, { cause: error })
  if (!("syscall" in error)) return error
  // "ENOENT: no such file or directory, mkdir '/x'"
  const why = error.message.replace(/^[A-Z]+: /, "").replace(/, [a-z]+( '.*)?$/, "")
  return new UserError(`Can't write to ${dir}: ${why}.`, { cause: error })
}
