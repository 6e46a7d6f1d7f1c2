/** Does to the system what the plan says, and writes it down. */

import { randomOf } from "../random"
import type { Recorder } from "../record/recorder"
import type { System } from "../system/system"
import { wholeStore } from "./fault"
import { type Planned, touchedBy } from "./plan"

const AGAIN_MS = 500

export class Executor {
  /** What is being done now, in words such as "worker 1: freeze". */
  readonly current = new Set<string>()
  /** What is touched now. A fault may take longer than planned, as a store that starts takes its time. */
  private readonly busy = new Set<string>()

  constructor(
    private readonly system: System,
    private readonly recorder: Recorder,
    private readonly say: (line: string) => void,
  ) {}

  /** Settles once all of the plan is done, and undone. @param signal ends all faults at once, and lets no other begin */
  async execute(plan: readonly Planned[], signal: AbortSignal): Promise<void> {
    const begin = performance.now()
    const until = (second: number) => sleep(begin + second * 1_000 - performance.now(), signal)
    await Promise.all(
      plan.map(async (planned) => {
        await until(planned.at)
        if (!signal.aborted) await this.doAlone(planned, signal)
      }),
    )
  }

  /** Does nothing where another fault still is at the same thing. */
  private async doAlone(planned: Planned, signal: AbortSignal): Promise<void> {
    const things = touchedBy(planned)
    if (things.some((thing) => this.busy.has(thing))) return
    for (const thing of things) this.busy.add(thing)
    await this.do(planned, signal)
    for (const thing of things) this.busy.delete(thing)
  }

  private async do(planned: Planned, signal: AbortSignal): Promise<void> {
    const { fault, target, lasts, seed } = planned
    const { recorder, system } = this
    const words = `${target}: ${fault.name}`
    let from = recorder.now()
    this.current.add(words)
    const write = (note: string) =>
      recorder.write({
        ...{ kind: "fault", name: fault.name, target, from, to: recorder.now() },
        ...{ harm: fault.harm, note },
      })
    try {
      await untilWhole(system, touchedBy(planned))
      from = recorder.now()
      const { note, end } = await fault.begin(system, target, randomOf(seed))
      await sleep(lasts * 1_000, signal)
      await this.untilDone(words, end)
      write(note)
    } catch (error) {
      // Another fault has made it impossible: a dead store can't be asked to refuse logins.
      this.say(`${words} could not be done: ${String(error)}`)
      if (fault.harm !== "none") write(`perhaps half done: ${String(error)}`)
    } finally {
      this.current.delete(words)
    }
  }

  private async untilDone(words: string, end: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await end()
      } catch (error) {
        this.say(`${words} could not be ended, and is tried again: ${String(error)}`)
        await Bun.sleep(AGAIN_MS)
      }
    }
  }
}

/**
 * Settles once a Redis of several servers has all of them, where a fault touches it: one server at a time may be lost, and the next one
 * when the one before has recovered.
 */
async function untilWhole({ redisGroup, redisCluster }: System, things: readonly string[]): Promise<void> {
  if (!things.some((thing) => wholeStore("redis").includes(thing))) return
  await redisGroup?.untilWhole()
  await redisCluster?.untilWhole()
}

/** Ends early when the signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const stop = () => {
    clearTimeout(timer)
    resolve()
  }
  signal.addEventListener("abort", stop, { once: true })
  return promise.finally(() => signal.removeEventListener("abort", stop))
}
