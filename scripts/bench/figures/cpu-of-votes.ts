/** What CPU votes take of each process that has to do with them. */

import type { Legend } from "./rounds"

export const CPU_OF_VOTES = {
  vote: { name: "CPU of a million votes, vote", unit: "s", cpuOf: "vote" },
  redis: { name: "CPU of a million votes, Redis", unit: "s", cpuOf: "Redis" },
  worker: { name: "CPU of a million votes, worker", unit: "s", cpuOf: "worker" },
  postgres: { name: "CPU of a million votes, Postgres", unit: "s", cpuOf: "Postgres" },
  result: { name: "CPU of a million votes, result", unit: "s", cpuOf: "result" },
} satisfies Legend<string>

type Process = keyof typeof CPU_OF_VOTES

/** @param cpu in seconds, of so many votes @returns seconds for a million */
export function cpuOfMillion(cpu: Record<Process, number>, votes: number): Record<Process, number> {
  const { vote, redis, worker, postgres, result } = cpu
  const of = (seconds: number) => (seconds * 1e6) / votes
  return {
    ...{ vote: of(vote), redis: of(redis), worker: of(worker) },
    ...{ postgres: of(postgres), result: of(result) },
  }
}
