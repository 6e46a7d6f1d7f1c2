import { Trouble } from "../services/trouble"
import { runScript } from "./command"

/** One flood after the other lasts this long, so that the last one ends soon after the work that it accompanies. */
const FLOOD = "30s"

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
  let floods = 0
  do {
    await runScript("scripts/flood.ts", [], { DURATION: FLOOD, ...env })
    floods++
  } while (working)
  const done = await result
  if (done === 0) throw new Trouble("There was nothing to do.")
  return `${done} times, under ${floods} ${floods === 1 ? "flood" : "floods"}`
}
