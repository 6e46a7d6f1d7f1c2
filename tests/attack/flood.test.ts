/** `bun run attack --flood` finds what must not be, in an app that takes votes and loses some. */

import { afterAll, expect, test } from "bun:test"
import { underFlood } from "../../scripts/attack/flood/under-flood"
import { besideOthers } from "../../scripts/attack/people/beside-others"
import type { RunningDemo } from "../../scripts/services/stack/running-demo"
import { waitFor } from "../../scripts/services/wait"

const RATE = 50
let taken = 0
let refused = 0
let asked = 0

/** It refuses each fifth ballot once, and says of each third that it is lost. */
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch({ url, method }) {
    const { pathname } = new URL(url)
    if (pathname.startsWith("/api/polls/others/")) asked++
    if (pathname.endsWith("/votes")) {
      if (++taken % 5 === 0 && ++refused) return new Response("", { status: 503 })
      return Response.json({ receipt: String(taken) }, { status: 201 })
    }
    if (pathname.endsWith("/results")) return Response.json({ total: taken - refused })
    if (pathname.includes("/receipts/"))
      return Response.json({ status: Number(pathname.split("/").at(-1)) % 3 === 0 ? "lost" : "counted" })
    return Response.json({}, { status: method === "POST" ? 201 : 200 })
  },
})
afterAll(() => server.stop(true))

test("votes that are refused come again, and a receipt that is not counted and books that can't be read are faults", async () => {
  const url = server.url.origin
  const away = { redisUrl: "redis://127.0.0.1:1", databaseUrl: "postgres://nobody@127.0.0.1:1/none" }
  const demo: RunningDemo = { pid: process.pid, voteUrl: url, resultUrl: url, adminToken: "", ...away }
  const target = { voteUrl: url, resultUrl: url, admin: {}, poll: "attack", othersPoll: "others" }
  const attack = async () => {
    await waitFor("votes", () => taken > 30)
    return { tried: "nothing", requests: 0, seen: "calm", faults: ["A fault of the attack."] }
  }
  const flood = { rate: RATE, isFull: false }
  const others = () => besideOthers(target, attack, 0)
  const { tried, requests, beside, faults } = await underFlood(demo, target, flood, others)
  expect(tried).toBe(`beside ${RATE} votes a second: nothing`)
  expect(requests).toBe(taken + asked)
  expect(beside["their votes accepted and counted once, sent again"]).toBe(
    `${taken - refused}, ${refused} (an answer with 503 × ${refused})`,
  )
  expect(faults[0]).toBe("A fault of the attack.")
  expect(faults[1]).toMatch(/^\d+ of \d+ receipts say that they are not counted\.$/)
  expect(faults[2]).toStartWith("The books do not balance: ")
})
