/** Chooses the tool that casts votes of new voters. */

import { UserError } from "../../services/terminal/user-error"
import { ensureTool } from "../../services/tools/tools"
import { castByAb } from "./by-ab"
import { castByK6 } from "./by-k6"

/** Casts votes by option, each a new voter's, by the form at this address; says how many more were taken. */
type Caster = (address: string, shares: Map<string, number>, onCast: (votes: number) => void) => Promise<void>

export const CASTERS = ["ab", "k6"] as const

/**
 * @param by the tool that was asked for; without one it is ab, or k6 if ab can't be had
 * @param findAb gives the path of ab, or throws {UserError}
 * @throws {UserError} when the one that was asked for can't be had
 */
export async function chooseCaster(by?: (typeof CASTERS)[number], findAb = installedAb): Promise<Caster> {
  if (by === "k6") return castByK6
  try {
    const ab = await findAb()
    return (...work) => castByAb(ab, ...work)
  } catch (error) {
    if (by === "ab" || !(error instanceof UserError)) throw error
    console.error("ab is missing and can't be installed: casting by k6.")
    return castByK6
  }
}

function installedAb(): Promise<string> {
  return ensureTool("ab", { say: console.error })
}
