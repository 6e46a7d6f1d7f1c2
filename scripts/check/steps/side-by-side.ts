/**
 * Runs steps side by side: each begins as soon as fewer than `width` run and the steps that it waits for have ended.
 */

import { describe } from "../../services/terminal/user-error"
import type { CheckStep, Say, StepOutcome } from "./step"

export interface Ended {
  readonly step: CheckStep
  readonly outcome: StepOutcome
  /** The lines that it printed. */
  readonly lines: readonly string[]
  readonly ms: number
}

/**
 * Runs all steps, at most `width` at once; the first in the list that may begin begins first. A step that throws has failed.
 * @param onEnd hears of each when it ends
 */
export async function sideBySide(
  steps: readonly CheckStep[],
  width: number,
  onEnd: (ended: Ended) => void,
  news: Say = () => {},
): Promise<void> {
  const waiting = new Set(steps)
  const running = new Map<CheckStep, Promise<void>>()
  const toCome = new Set(steps.map(({ name }) => name))
  const hasRoom = (step: CheckStep) =>
    step.background || [...running.keys()].filter((it) => !it.background).length < width
  const begin = async (step: CheckStep) => {
    const ended = await take(step, news)
    running.delete(step)
    toCome.delete(step.name)
    onEnd(ended)
  }
  while (waiting.size > 0 || running.size > 0) {
    for (const step of waiting) {
      if (!hasRoom(step) || step.after?.some((name) => toCome.has(name))) continue
      waiting.delete(step)
      running.set(step, begin(step))
    }
    if (running.size === 0) throw new Error(`No step can begin: ${[...waiting].map(({ name }) => name)}`)
    await Promise.race(running.values())
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
