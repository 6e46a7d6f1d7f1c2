/** Who keeps the machine's cores busy during an attack, as attacker and attacked share them. */

import { cpus } from "node:os"
import { cpuSeconds } from "../../services/processes/cpu"

/** @param demo its process @returns what says it, in words, of the time until then */
export function watchCores(demo: number): () => string {
  const read = () => ({
    at: performance.now(),
    attacker: cpuSeconds(process.pid),
    demo: cpuSeconds(demo),
    idle: cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1_000,
  })
  const before = read()
  return () => {
    const now = read()
    const seconds = (now.at - before.at) / 1_000
    const all = cpus().length
    const attacker = (now.attacker - before.attacker) / seconds
    const attacked = (now.demo - before.demo) / seconds
    const others = all - (now.idle - before.idle) / seconds - attacker - attacked
    return `of ${all} cores the attacker with its voters took ${attacker.toFixed(1)}, the demo with its stores ${attacked.toFixed(1)}, all else ${Math.max(0, others).toFixed(1)}`
  }
}
