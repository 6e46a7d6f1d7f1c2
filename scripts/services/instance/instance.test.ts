import { expect, test } from "bun:test"
import { addresses, assertReachable } from "./instance"

test("commands work on VOTE_URL and RESULT_URL, else on a running demo, else where a demo would be", () => {
  const demo = { voteUrl: "http://localhost:18080", resultUrl: "http://localhost:18081" }
  expect(addresses({}, demo)).toEqual(demo)
  expect(addresses({ VOTE_URL: "https://vote.example/" }, demo)).toEqual({
    voteUrl: "https://vote.example",
    resultUrl: "http://localhost:18081",
  })
  expect(() => addresses({ RESULT_URL: "localhost:8081" }, demo)).toThrow(
    "RESULT_URL=localhost:8081 is no address: begin it with http:// or https://.",
  )
})

test("a command says at once that nobody answers at an address, and which setting to change", async () => {
  await expect(
    assertReachable({ voteUrl: "http://127.0.0.1:1", resultUrl: "http://127.0.0.1:1" }),
  ).rejects.toThrow(
    "http://127.0.0.1:1/api/polls does not answer: start Tallyroom (`bun run demo`), or set VOTE_URL.",
  )
})
