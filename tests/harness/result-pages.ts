/** The result app with polls in every state, and a browser to look at them. */

import { beforeAll } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import type { Browser } from "playwright-core"
import { definition, openTables, type ResultApp, startResultApp } from "../../apps/result/testing/result"
import { addVotes } from "../../apps/result/testing/votes"
import type { OwnStores } from "../../scripts/services/stores/own-stores"
import { launchChromium } from "./chromium"

export type ResultPages = { sql: Database; result: ResultApp; browser: Browser }

const longLabel = (n: number) =>
  `${n} is a label that uses every one of the eighty characters that an option may have`
    .padEnd(80, "x")
    .slice(0, 80)

/** Polls by what they show; each is called by its key. */
const POLLS = {
  open: { votes: [5, 3] },
  closes: { votes: [1], closesAt: new Date(Date.now() + 3_600_000) },
  scheduled: { votes: [], opensAt: new Date(Date.now() + 86_400_000) },
  closed: { votes: [2, 4], state: "closed" },
  final: { votes: [2, 4], state: "final" },
  tied: { votes: [4, 4], state: "final" },
  nobody: { votes: [], state: "final" },
  sealed: { votes: [1, 2], results: "after-close" },
  voters: { votes: [1, 2], results: "after-vote" },
  many: {
    votes: Array.from({ length: 50 }, (_, i) => (i * 37) % 50),
    options: Array.from({ length: 50 }, (_, i) => ({
      id: `o${i}`,
      label: i % 5 ? `Name ${i + 1}` : longLabel(i + 1),
    })),
  },
} satisfies Record<string, Wanted>

type Wanted = {
  votes: number[]
  state?: string
  results?: string
  opensAt?: Date
  closesAt?: Date
  options?: { id: string; label: string }[]
}

/** Starts all of it before the tests of this file. @returns a function that gives it, once the tests run */
export function useResultPages(stores: () => OwnStores): () => ResultPages {
  let pages: ResultPages | undefined
  beforeAll(async () => {
    const sql = await openTables(stores())
    const result = await startResultApp(stores(), { voteUrl: "http://localhost:8080" })
    const browser = await launchChromium()
    stores().defer(() => browser.close())
    for (const [id, wanted] of Object.entries(POLLS)) await makePoll(sql, result, id, wanted)
    await result.listening()
    pages = { sql, result, browser }
  }, 60_000)
  return () => {
    if (!pages) throw new Error("the pages are there only while tests run")
    return pages
  }
}

async function makePoll(sql: Database, result: ResultApp, id: string, { votes, state, ...more }: Wanted) {
  const made = await result.send("POST", "/api/polls", definition(id, { title: `The poll ${id}`, ...more }))
  if (made.status !== 201) throw new Error(`The poll ${id} was not made: ${await made.text()}`)
  const options = (await made.json()).options as { id: string }[]
  for (const [i, count] of votes.entries()) {
    if (count > 0) await addVotes(sql, id, options[i]?.id ?? "", count)
  }
  if (state)
    await sql`UPDATE polls SET state = ${state}, revision = revision + 1, closed_at = now(),
    final_at = ${state === "final" ? new Date() : null} WHERE id = ${id}`
}
