import { beforeAll, expect, test } from "bun:test"
import { startWorker } from "../../../scripts/services/apps/worker-in-process"
import { becomes } from "../../../tests/harness/becomes"
import { useStores } from "../../../tests/harness/stores"
import { type Booth, openBooth, voter } from "../../../tests/harness/tallyroom"
import { summarizeBooks } from "./summary"

const stores = useStores()
let at: Awaited<ReturnType<typeof startWorker>>
let booth: Booth

beforeAll(async () => {
  at = await startWorker(stores())
  await at.ready()
  booth = await openBooth(stores())
})

test("books that balance are in order, and what is lost or differs from the tally is said", async () => {
  const summary = () => summarizeBooks(at.sql)
  for (let i = 0; i < 8; i++) await booth.cast("cats-vs-dogs", voter(`v${i}`), "a")
  const counted = async () => Number((await at.sql`SELECT sum(counted) AS n FROM books`)[0]?.n)
  await becomes(counted, 8)
  expect(await summary()).toEqual({ lost: 0, unbalanced: 0 })

  await at.sql`UPDATE books SET lost = 3, accepted = accepted + 3 WHERE (poll, shard) = (SELECT poll, min(shard) FROM books GROUP BY poll)`
  expect(await summary()).toEqual({ lost: 3, unbalanced: 0 })
  await at.sql`UPDATE polls SET final_at = now() - interval '8 days'`
  expect(await summary()).toEqual({ lost: 0, unbalanced: 0 })

  await at.sql`UPDATE tallies SET votes = votes + 1 WHERE (poll, shard) = (SELECT poll, min(shard) FROM tallies GROUP BY poll)`
  expect(await summary()).toEqual({ lost: 0, unbalanced: 1 })
})
