import { expect, test } from "bun:test"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../../tests/harness/stores"
import { refusalBy } from "./contract"
import { openRedis } from "./redis/client"
import { loadScripts } from "./redis/load-scripts"

const stores = useStores()

test("a right that a user of Redis lacks is named: the command, or the inbox's keys", async () => {
  const { redis: server, defer } = stores()
  const [admin, vote] = [openRedis(server.adminUrl), openRedis(server.voteUrl)]
  defer(() => {
    for (const one of [admin, vote]) one.disconnect()
  })
  for (const one of [admin, vote]) await waitFor("a connection", () => one.status === "ready")
  const places = ["{s0}:gate", "{s0}:inbox", "{s0}:poll:-", "{s0}:voters:-"] as const
  const refusal = () => vote.checkWriting(...places).then(String, (error) => refusalBy("Redis", error))
  expect(await refusal()).toBe(
    "Redis refuses: NOPERM (no worker of this version has loaded the scripts that its user may run)",
  )
  await loadScripts(admin)
  expect(await refusal()).toBe("")
  const flat = ["clearselectors", "resetkeys", "~{s*}:*", "+evalsha", "+get", "+hmget", "+hincrby"]
  await admin.call("ACL", "SETUSER", "vote", ...flat)
  expect(await refusal()).toBe("")
  await admin.call("ACL", "SETUSER", "vote", "-evalsha")
  expect(await refusal()).toBe("Redis refuses: NOPERM (its user may not give the command evalsha)")
  await admin.call("ACL", "SETUSER", "vote", "+evalsha", "resetkeys", "~other:*")
  expect(await refusal()).toBe("Redis refuses: NOPERM (its user may not use the inbox's keys, ~{s*}:*)")
  await admin.call("ACL", "SETUSER", "vote", "resetkeys", "~{s*}:*")
  for (const command of ["time", "info", "get", "hget", "hmget", "hlen", "xlen", "xadd", "hset", "hincrby"]) {
    await admin.call("ACL", "SETUSER", "vote", `-${command}`)
    expect(await refusal()).toBe(command)
    await admin.call("ACL", "SETUSER", "vote", `+${command}`)
  }
})
