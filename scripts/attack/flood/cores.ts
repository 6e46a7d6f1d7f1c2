/** Who keeps the machine's cores busy during an attack, as attacker and attacked share them. */

import { cpus } from "node:os"
import { cpuSeconds } from "../../services/processes/cpu"

/** Of all processors since the machine started. */
const idleSeconds = () => cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1_000

/** @returns what tells the share of the time until then in which the processors were idle, from 0 to 1 */
export function watchIdle(): () => number {
  const before = { at: performance.now(), idle: idleSeconds() }
  return () => {
    const seconds = (performance.now() - before.at) / 1_000
    return (idleSeconds() - before.idle) / (seconds * cpus().length)
  }
}

/** @param demo its process @returns what says it, in words, of the time until then */
export function watchCores(demo: number): () => string {
  const read = () => ({
    at: performance.now(),
    attacker: cpuSeconds(process.pid),
    demo: cpuSeconds(demo),
    idle: idleSeconds(),
  })
  const before = read()
  return () => {
    const now = read()
    const seconds = (now.at - before.at) / 1_000
    const all = cpus().length
    const attacker = (now.attacker - before.attacker) / seconds
    const attacked = (now.demo - before.demo) / seconds
    const others = all - (now.idle - before.idle) / seconds - attacker - attacked
    return [attacker, attacked, Math.max(0, others)].map((cores) => cores.toFixed(1)).join(", ")
  }
}
