/** Asks before a cluster is changed. */

import { createInterface } from "node:readline/promises"
import { UserError } from "../../services/terminal/user-error"

/**
 * @param change what is about to happen, to follow "This"
 * @throws {UserError} when the person says no, or when there is nobody to ask
 */
export async function confirmChange(cluster: string, change: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError(`This changes the cluster ${cluster}: say --yes to go on.`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`This ${change}. Go on? [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("Nothing was changed.")
}
