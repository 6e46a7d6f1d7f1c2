/** A test fixture: the API of polls as an admin calls it, at a result app of its own, and what its tests say often. */

import { beforeAll } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../tests/harness/stores"
import { definition, openTables, type ResultApp, startResultApp } from "./result"

/** Starts the app before the tests of this file. `running` gives it, and the worker's connection to its tables, once they run. */
export function usePollApi() {
  const stores = useStores()
  let started: { sql: Database; result: ResultApp } | undefined
  beforeAll(async () => {
    started = { sql: await openTables(stores()), result: await startResultApp(stores()) }
  })
  const running = () => {
    if (!started) throw new Error("the app is there only while tests run")
    return started
  }
  const send = (...request: Parameters<ResultApp["send"]>) => running().result.send(...request)
  return {
    running,
    create: (id: string, more: Record<string, unknown> = {}) =>
      send("POST", "/api/polls", definition(id, more)),
    change: (id: string, body: unknown) => send("PATCH", `/api/polls/${id}`, body),
  }
}

/** The status of a refusal, and its kind of the list in lib/errors.ts. */
export const kindOf = async (answer: Response) => [
  answer.status,
  (await answer.json()).type.split("/").at(-1),
]

/** Options with these labels. */
export const labelled = (...labels: string[]) => labels.map((label, i) => ({ id: `o${i}`, label }))

/** The moment after so many seconds, as the API takes it. */
export const soon = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
