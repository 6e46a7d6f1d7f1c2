/** Postgres hangs, and so says neither yes nor no: what viewers are told, how soon, and that all goes on by itself. */

import { expect, test } from "bun:test"
import { descendants } from "../../../scripts/services/processes/process-table"
import { waitFor } from "../../../scripts/services/wait"
import { useStores } from "../../../tests/harness/stores"
import { ADMIN, definition, openTables, startResultApp } from "../testing/result"
import { handshake, watchPoll } from "../testing/viewer"
import { addVotes } from "../testing/votes"

const stores = useStores({ ownPostgres: true })

/** The deadline of a statement is 3 s; no client waits for two of them. */
const LIMIT_MS = 4_500

test("while Postgres hangs, whoever asks is told in time, viewers keep what they have, and all goes on by itself", async () => {
  const sql = await openTables(stores())
  const app = await startResultApp(stores())
  await app.listening()
  for (const id of ["frozen", "other"]) await app.send("POST", "/api/polls", definition(id))
  await addVotes(sql, "frozen", "a", 3)
  const viewer = watchPoll(app.address, "poll=frozen")
  await viewer.sees("the votes", ({ total }) => total === 3)
  const { pid = 0 } = stores().postgres
  const processes = [pid, ...descendants(pid)]
  const signal = (name: "SIGSTOP" | "SIGCONT") => {
    for (const one of processes) process.kill(one, name)
  }
  signal("SIGSTOP")
  try {
    const asked = async (path: string, delay: number) => {
      await Bun.sleep(delay)
      const started = performance.now()
      const answer = await app.get(path, ADMIN)
      const ms = performance.now() - started
      return { path, status: answer.status, retry: answer.headers.get("retry-after"), soon: ms < LIMIT_MS }
    }
    // Some come while the read of others hangs already, which it does not wait out.
    const told = await Promise.all([
      ...["/api/polls/frozen/results", "/api/polls", "/admin", "/admin/polls/frozen"].map((it) =>
        asked(it, 0),
      ),
      ...["/api/polls/other/results", "/polls/other", "/polls/frozen"].map((it) => asked(it, 500)),
    ])
    expect(told).toEqual(told.map(({ path }) => ({ path, status: 503, retry: "1", soon: true })))
    expect(await handshake(app.address, "poll=frozen")).toBe(503)
    // Nobody asks Postgres for what can't be a poll, so nothing of it is kept in mind either.
    expect(await handshake(app.address, `poll=${"x".repeat(10_000)}`)).toBe(404)
    expect(viewer.socket.readyState).toBe(WebSocket.OPEN)
    await waitFor("the loss to be noticed", () => app.listener.state === "away", 10_000)
  } finally {
    signal("SIGCONT")
  }
  await app.listening()
  await addVotes(sql, "frozen", "b", 1)
  await viewer.sees("the next vote", ({ total }) => total === 4, 5_000)
  expect((await app.get("/polls/frozen")).status).toBe(200)
})
