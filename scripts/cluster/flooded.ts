import { Trouble } from "../services/trouble"
import { runScript } from "./command"

/** One flood after the other lasts this long, so that the last one ends soon after the work that it accompanies. */
const FLOOD = "30s"
/** The line in which a flood says how many votes were accepted and counted. */
const TALLY = /accepted.*counted/

/**
 * Does some work while the k6 flood votes; each flood itself fails unless every vote that was answered 201 is counted.
 * @throws {Trouble} when the work or a flood fails
 */
export async function flooded(env: Record<string, string>, work: () => Promise<number>): Promise<string> {
  let working = true
  const result = work().finally(() => {
    working = false
  })
  // Somebody else waits for it only after the floods.
  result.catch(() => {})
  const floods: string[] = []
  do {
    const said = await runScript("scripts/flood.ts", [], { DURATION: FLOOD, ...env })
    floods.push(...said.filter((line) => TALLY.test(line)).map((line) => line.trim()))
  } while (working)
  const done = await result
  if (done === 0) throw new Trouble("There was nothing to do.")
  return [`${done} times`, ...floods].join("; ")
}
