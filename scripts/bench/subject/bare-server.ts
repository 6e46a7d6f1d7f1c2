/** The bare server: what one constant answer of Bun.serve costs on this machine, now. */

import { z } from "zod"
import { cpuDuring } from "../../services/processes/cpu"
import { flood } from "../figures/wrk"
import { startProgram } from "../programs/program"

export type BareServer = { url: string; pid: number; stop: () => Promise<unknown> }

const WARM_UP_SECONDS = 1

export async function startBareServer(): Promise<BareServer> {
  const program = startProgram("bare.ts")
  const { url } = z.object({ url: z.string() }).parse(await program.ready)
  return { url, pid: program.pid, stop: () => program.stop(0) }
}

/** @returns answers a second, and the µs of CPU that one took */
export async function floodBare({ url, pid }: BareServer, seconds: number) {
  const { result, cpu } = await cpuDuring({ bare: pid }, () => flood(url, seconds))
  return { rate: result.accepted / result.seconds, cpu: (cpu.bare * 1e6) / result.accepted }
}

/** The µs of CPU that a bare answer takes at this moment, by which the CPU of everything that follows can be told. */
export async function bareAnswerMicros(seconds: number): Promise<number> {
  const bare = await startBareServer()
  try {
    await floodBare(bare, WARM_UP_SECONDS)
    return (await floodBare(bare, seconds)).cpu
  } finally {
    await bare.stop()
  }
}
