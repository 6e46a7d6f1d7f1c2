/** What a fault is, and what it may reach. */

import type { Random } from "../random"
import type { Harm, Inbox } from "../record/record"
import type { System } from "../system/system"

/** A kind of fault. All that it decides by chance comes from the seed of the run. */
export type Fault = {
  name: string
  /** How often it is chosen beside the others. */
  weight: number
  /** How long it lasts, in seconds. */
  lasts: readonly [least: number, most: number]
  harm: Harm
  /** Where the harm depends on how the stores of the run keep what they take. */
  harmOn?(ground: Ground): Harm
  /** What it can be done to in a system with this inbox; nothing where it makes no sense. */
  targets(inbox: Inbox): readonly string[]
  /** What else must be whole meanwhile, as two faults at one thing would undo each other; the target always. */
  touches?(target: string): readonly string[]
  /** Begins it. */
  begin(system: System, target: string, random: Random): Promise<Begun>
}

/** How the stores of a run keep what they take. */
export type Ground = { inbox: Inbox; appendfsync: "always" | "everysec" }

type Begun = {
  /** A line for people: what exactly was done. */
  note: string
  /** Ends it, and gives back what was taken. */
  end(): Promise<void>
}

const APPS = ["vote", "worker", "result"] as const
export const PROCESSES = APPS.flatMap((app) => [`${app} 1`, `${app} 2`])

export const storesOf = (inbox: Inbox): string[] => [
  "redis",
  "postgres",
  ...(inbox === "redis" ? [] : [inbox]),
]

export function linksOf(inbox: Inbox): string[] {
  return PROCESSES.flatMap((name) => {
    if (name.startsWith("result")) return [`${name} → postgres`]
    const others = name.startsWith("vote") ? [] : [`${name} → postgres`]
    return [`${name} → redis`, ...others, ...(inbox === "redis" ? [] : [`${name} → ${inbox}`])]
  })
}

export function memberOf({ vote, worker, result }: System, name: string) {
  return found(
    [...vote, ...worker, ...result].find((it) => it.name === name),
    name,
  ).member
}

export function storeOf({ redis, postgres, broker }: System, name: string) {
  return found(
    [redis, postgres, broker].find((it) => it?.name === name),
    name,
  )
}

export function found<T>(thing: T | null | undefined, name: string): T {
  if (thing === null || thing === undefined) throw new Error(`there is no ${name} in this system`)
  return thing
}
