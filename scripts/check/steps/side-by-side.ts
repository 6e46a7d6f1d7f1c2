/**
 * Runs steps side by side: each begins as soon as there is room for it and the steps that it waits for have ended.
 */

import { describe } from "../../services/terminal/user-error"
import type { Room } from "./room"
import type { CheckStep, Say, StepOutcome } from "./step"

/** Room may come while no step ends. */
const LOOK_MS = 500

export interface Ended {
  readonly step: CheckStep
  readonly outcome: StepOutcome
  /** The lines that it printed. */
  readonly lines: readonly string[]
  readonly ms: number
}

/**
 * Runs all steps, as many at once as there is room for; the first in the list that may begin begins first. A step that throws has failed.
 * @param onEnd hears of each when it ends
 */
export async function sideBySide(
  steps: readonly CheckStep[],
  room: Room,
  onEnd: (ended: Ended) => void,
  news: Say = () => {},
): Promise<void> {
  const waiting = new Set(steps)
  const running = new Map<CheckStep, Promise<void>>()
  const toCome = new Set(steps.map(({ name }) => name))
  const hasRoom = (step: CheckStep) =>
    step.background || room([...running.keys()].filter((it) => !it.background).length)
  const begin = async (step: CheckStep) => {
    const ended = await take(step, news)
    running.delete(step)
    toCome.delete(step.name)
    onEnd(ended)
  }
  while (waiting.size > 0 || running.size > 0) {
    for (const step of waiting) {
      if (step.after?.some((name) => toCome.has(name)) || !hasRoom(step)) continue
      waiting.delete(step)
      running.set(step, begin(step))
    }
    if (running.size === 0) throw new Error(`No step can begin: ${[...waiting].map(({ name }) => name)}`)
    const look = waiting.size > 0 ? [Bun.sleep(LOOK_MS)] : []
    await Promise.race([...running.values(), ...look])
  }
}

async function take(step: CheckStep, news: Say): Promise<Ended> {
  const lines: string[] = []
  const start = performance.now()
  const outcome = await step
    .run((line) => void lines.push(line), news)
    .catch((error): StepOutcome => {
      lines.push(describe(error))
      return "failed"
    })
  return { step, outcome, lines, ms: performance.now() - start }
}
