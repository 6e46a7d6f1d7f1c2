import { expect, test } from "bun:test"
import { startWorkerProcess } from "../../scripts/services/apps/start-apps"
import { freePort } from "../../scripts/services/processes/ports"
import { becomes } from "../../tests/harness/becomes"
import { useStores } from "../../tests/harness/stores"

const stores = useStores()

test("a worker that never reached Postgres says why in its readiness", async () => {
  const DATABASE_URL = `postgres://worker:a%20b@127.0.0.1:${await freePort()}/tallyroom`
  const worker = await startWorkerProcess(stores(), { DATABASE_URL })
  const said = async () => {
    const answer = await fetch(`${worker.managementUrl}/readyz`).catch(() => null)
    return (await answer?.json())?.waiting?.postgres
  }
  await becomes(said, expect.stringMatching(/^the schema is not ready: connect ECONNREFUSED/))
  worker.app.kill("SIGKILL")
})
