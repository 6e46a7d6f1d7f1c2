/** The machine whose measurements a plan rests on. */

import { readSaved, type SavedMachine } from "../../bench/saved/saved-file"
import { UserError } from "../../services/terminal/user-error"

/** @throws {UserError} where nothing was saved under this name */
export async function savedMachine(name: string): Promise<SavedMachine> {
  const machine = await readSaved(name)
  if (machine) return machine
  throw new UserError(
    `Nothing was saved as ${name}: see scripts/bench/results, or measure with \`bun run bench --save ${name}\`.`,
  )
}
