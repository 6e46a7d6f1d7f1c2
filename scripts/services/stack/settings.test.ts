import { expect, test } from "bun:test"
import { appSettings } from "./settings"

const wiring = {
  ...{ voteUrl: "http://localhost:8080", resultUrl: "http://localhost:8081", adminToken: "a".repeat(32) },
  ...{ voteRedisUrl: "", workerRedisUrl: "", workerDatabaseUrl: "", resultDatabaseUrl: "", voterSecret: "" },
}

test("result gives others the address by which they reach it, wherever its host signed in", async () => {
  const named = { VOTE_URL: "https://vote.example", RESULT_URL: "https://results.example" }
  expect(await appSettings("result", wiring, named)).toMatchObject({ PUBLIC_URL: "https://results.example" })
  expect(await appSettings("result", wiring, {})).not.toHaveProperty("PUBLIC_URL")
})
