import { UserError } from "../../services/terminal/user-error"
import { runToEnd } from "./run-script"

/** One flood after the other lasts this long, so that the last one ends soon after the work that it accompanies. */
const FLOOD = "30s"
/**
 * How long a flood and its voters wait for what is just being restarted: longer than a recovery may take. How soon
 * votes are answered does not matter here, as all of this may run on one busy machine.
 */
const PATIENT: Record<string, string> = { WAIT: "200s", GIVE_UP: "200s", PATIENCE: "200s", P95_MS: "60000" }
/** The line in which a flood says how many votes were accepted and counted. */
const TALLY = /accepted.*counted/

/**
 * Does some work while the k6 flood votes; each flood itself fails unless every vote that was answered 201 is counted.
 * When a flood fails, the work is still done to its end, so that it does not reach into the next step.
 * @throws {UserError} when the work or a flood fails
 */
export async function flooded(env: Record<string, string>, work: () => Promise<number>): Promise<string> {
  const patience = Object.entries(PATIENT).filter(([name]) => !process.env[name])
  const settings = { DURATION: FLOOD, ...Object.fromEntries(patience), ...env }
  let working = true
  const result = work().finally(() => {
    working = false
  })
  // Its error is handled after the floods, and must not count as unhandled until then.
  result.catch(() => {})
  const floods: string[] = []
  try {
    do {
      const lines = await runToEnd("scripts/load/flood.ts", [], settings)
      floods.push(...lines.filter((line) => TALLY.test(line)).map((line) => line.trim()))
    } while (working)
  } finally {
    await result.catch(() => {})
  }
  const done = await result
  if (done === 0) throw new UserError("There was nothing to do.")
  return [`${done} times`, ...floods].join("; ")
}
