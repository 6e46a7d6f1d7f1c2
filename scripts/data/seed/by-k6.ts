/** Casts votes by k6 where ab is missing: by the same form, each as a new voter. */

import { UserError } from "../../services/terminal/user-error"
import { runK6 } from "../../services/tools/k6"

/** The line that the k6 script prints for each vote that was accepted. */
const TAKEN = "taken"
/** k6 adds the place in the script at which a run was ended, which is removed. */
const PLACE = / at \S+ \(file:.*$/

/**
 * Casts votes for each option; votes that were refused for a moment are cast again.
 * @throws {UserError} when k6 can't be had, or a vote is refused for good or still after a minute
 */
export async function castByK6(
  address: string,
  shares: Map<string, number>,
  onCast: (votes: number) => void,
): Promise<void> {
  const log = ["--log-output", "stdout", "--log-format", "raw", "--no-color"]
  let left = [...shares.values()].reduce((sum, votes) => sum + votes, 0)
  let reason = ""
  const code = await runK6("seed", {
    flags: ["--quiet", "--summary-mode=disabled", ...log],
    env: { ADDRESS: address, SHARES: JSON.stringify([...shares]) },
    onLine(line) {
      if (line !== TAKEN) {
        reason = line.replace(PLACE, "")
        return
      }
      left--
      onCast(1)
    },
  })
  if (code !== 0 || left > 0) throw new UserError(`k6 left ${left} votes at ${address}: ${reason}`)
}
