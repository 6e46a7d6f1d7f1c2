/** Redis is there and refuses: voters are told to come back, and the log says once why. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { waitFor } from "../../../scripts/services/wait"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

let fixture: VoteFixture
const pets = examplePoll({ isDefault: true })

beforeAll(async () => {
  fixture = await startVoteFixture()
  await fixture.writePolls(pets)
})
afterAll(() => fixture.stop())

const admin = (command: string, ...args: string[]) => fixture.admin.call(command, ...args)
const set = (name: string, value: string) => admin("CONFIG", "SET", name, value)

const REFUSALS = [
  ["READONLY", () => admin("REPLICAOF", "127.0.0.1", "9"), () => admin("REPLICAOF", "NO", "ONE")],
  ["OOM", () => set("maxmemory", "1"), () => set("maxmemory", "0")],
  ["NOREPLICAS", () => set("min-replicas-to-write", "1"), () => set("min-replicas-to-write", "0")],
  [
    "NOPERM",
    () => admin("ACL", "SETUSER", "vote", "clearselectors"),
    () => admin("ACL", "SETUSER", "vote", "(~{s*}:* +evalsha +get +hmget +hincrby)"),
  ],
] as const

test.each(REFUSALS)(
  "while Redis answers %s, a vote gets 503 and pages are shown; then votes go on",
  async (cause, begin, end) => {
    const type = cause === "OOM" ? "/problems/inbox-full" : "/problems/inbox-away"
    await begin()
    const logged = () => fixture.logged.filter(({ error }) => causesOf(error).includes(cause))
    try {
      for (let i = 0; i < 3; i++) {
        const answer = await fixture.vote("pets", "a")
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
        // Over the connection that a refusal made it leave, nobody knows of the next one.
        const taken = i === 0 ? { taken: "no" } : {}
        expect(await answer.json()).toMatchObject({ type, ...taken })
      }
      expect((await fixture.ask("/polls/pets")).status).toBe(200)
      expect(logged()).toHaveLength(1)
    } finally {
      await end()
    }
    await fixture.writePolls(pets)
    await waitFor("a vote to be taken", async () => (await fixture.vote("pets", "a")).status === 201)
  },
)

test("what can't be read is 503 as well, and the log says why once", async () => {
  await set("replica-serve-stale-data", "no")
  await admin("REPLICAOF", "127.0.0.1", "9")
  try {
    for (const path of [
      "/polls/other",
      "/api/polls/other",
      "/api/polls/other/now",
      "/api/polls/other/tally",
    ]) {
      const answer = await fixture.ask(path)
      expect([path, answer.status, answer.headers.get("retry-after")]).toEqual([path, 503, "1"])
    }
    expect(fixture.logged.filter(({ error }) => causesOf(error).includes("MASTERDOWN"))).toHaveLength(1)
  } finally {
    await admin("REPLICAOF", "NO", "ONE")
    await set("replica-serve-stale-data", "yes")
  }
})

/** How the answers of Redis behind an error begin. */
function causesOf(logged: unknown): string[] {
  const { err = null } = (logged ?? {}) as { err?: unknown }
  const names: string[] = []
  for (let error = err; error instanceof Error; error = error.cause)
    names.push(error.message.split(" ")[0] ?? "")
  return names
}
