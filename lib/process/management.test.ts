import { expect, test } from "bun:test"
import { createLog } from "./logging"
import { createRegistry, startManagement } from "./management"

test("a process that hangs says so to whoever may restart it, and readiness is another question", async () => {
  let problem: string | null = null
  const { port, stop } = startManagement({
    ...{ hostname: "127.0.0.1", port: 0, log: createLog("test", "silent"), registry: createRegistry("test") },
    readiness: () => ({ redis: "there is no connection to Redis" }),
    liveness: () => problem,
  })
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    return [answer.status, await answer.json()]
  }
  expect(await ask("/livez")).toMatchObject([200, { status: "live" }])
  expect(await ask("/readyz")).toMatchObject([503, { status: "waiting" }])
  problem = "shard 0 hangs"
  expect(await ask("/livez")).toMatchObject([503, { status: "hung", problem: "shard 0 hangs" }])
  stop()
})
