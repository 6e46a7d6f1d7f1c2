import { expect, test } from "bun:test"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { readinessOf } from "../readiness"
import { definition, openTables, startResultApp } from "../testing/result"
import { watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"

const stores = useStores({ ownPostgres: true })

test("a process that starts before the tables exist waits for them, and goes on by itself", async () => {
  const result = await startResultApp(stores())
  await waitFor("Postgres to be found", () => result.listener.state === "no-schema")
  const readiness = () => readinessOf(result.listener, false, result.tables.problem)
  expect(readiness()).toEqual({ schema: "No worker has made the tables yet." })
  const early = await result.get("/api/polls")
  expect([early.status, early.headers.get("retry-after")]).toEqual([503, "1"])
  await openTables(stores())
  await result.listening()
  expect(readiness()).toEqual({})
  expect((await result.get("/api/polls")).status).toBe(200)
})

test("while Postgres is away viewers keep what they have and others get 503; changes come by themselves afterwards", async () => {
  const sql = await openTables(stores())
  const result = await startResultApp(stores())
  await result.listening()
  await result.send("POST", "/api/polls", definition("storm"))
  await addVotes(sql, "storm", "a", 3)
  const viewer = watchPoll(result.address, "poll=storm")
  await viewer.sees("the votes", ({ total }) => total === 3)

  await stores().postgres.kill9()
  await waitFor("the loss to be noticed", () => result.listener.state === "away")
  const started = performance.now()
  const answer = await result.get("/api/polls/storm/results")
  expect([answer.status, (await answer.json()).type]).toEqual([503, "/problems/database-away"])
  expect(performance.now() - started).toBeLessThan(4_000)
  expect(viewer.socket.readyState).toBe(WebSocket.OPEN)

  await stores().postgres.start()
  await result.listening()
  await waitFor("a vote to be written", async () => {
    await addVotes(sql, "storm", "b", 1).catch(() => {})
    return viewer.snapshots.some(({ total }) => (total ?? 0) > 3)
  })
  expect(viewer.socket.readyState).toBe(WebSocket.OPEN)
})
