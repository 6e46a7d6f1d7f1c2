/** Pets and posts with the ballots in each of the three inboxes, and posts while no worker makes them. */

import { beforeAll, describe, expect, test } from "bun:test"
import { keys } from "@tallyroom/lib/inbox/keys"
import { openRedis } from "@tallyroom/lib/inbox/redis/client"
import { INBOX_KINDS } from "../../scripts/services/stores/brokers"
import { startInboxServer } from "../../scripts/services/stores/inbox-server"
import { waitFor } from "../../scripts/services/wait"
import { useStores } from "../harness/stores"
import { type Family, startContractsWorker, startFamily, untilVotes } from "./family"

/** Posts that one process waits for at once. */
const MOST_WAITING = 200

describe.each(INBOX_KINDS)("with the inbox in %s", (kind) => {
  const stores = useStores()
  const accepted = kind === "rabbitmq" ? 202 : 201
  let family: Family
  let inboxUrl: string

  beforeAll(async () => {
    inboxUrl = (await startInboxServer(kind, stores())).url
    family = await startFamily(stores(), {}, inboxUrl)
  }, 180_000)

  const vote = (postId: number, score = 1, headers: Record<string, string> = {}) =>
    fetch(`${family.posts.url}/vote?postId=${postId}&score=${score}`, { method: "POST", headers })
  const counts = async (postId: number) =>
    (await fetch(`${family.posts.url}/vote-counts?postId=${postId}`)).json()
  const untilCounted = (postId: number, upvotes: number, downvotes: number) =>
    waitFor(`the votes on ${postId}`, async () =>
      Bun.deepEquals(await counts(postId), { postId, upvotes, downvotes }),
    )

  test("fifty first votes at once on one post are all counted", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => vote(348, i % 5 === 0 ? -1 : 1)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => accepted))
    expect((await counts(348)).postId).toBe(348)
    await untilCounted(348, 40, 10)
  })

  test("a browser may choose another pet", async () => {
    const send = (pet: string, cookie = "") =>
      fetch(`${family.pets.vote.url}/vote`, {
        method: "POST",
        headers: { "content-type": "application/json", cookie },
        body: JSON.stringify({ pet }),
      })
    const first = await send("dogs")
    expect([first.status, await first.json()]).toEqual([200, { status: "success" }])
    expect((await send("lizards", first.headers.get("set-cookie")?.split(";")[0])).status).toBe(200)
    await untilVotes(family.pets.result.url, "pets", { dogs: 0, cats: 0, lizards: 1 })
  })

  test("the page says no more of a ballot than the inbox promises", async () => {
    const send = (option: string, cookie = "") =>
      fetch(`${family.classic.vote.url}/`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html", cookie },
        body: `vote=${option}`,
        redirect: "manual",
      })
    const cookiesOf = (answer: Response) =>
      answer.headers
        .getSetCookie()
        .map((it) => it.split(";")[0])
        .join("; ")
    const first = cookiesOf(await send("a"))
    const answer = await send("b", first)
    const address = `${family.classic.vote.url}${answer.headers.get("location")}`
    const visitor = first.split("; ").find((it) => it.startsWith("tallyroom_visitor="))
    const headers = { accept: "text/html", cookie: `${visitor}; ${cookiesOf(answer)}` }
    const second = await (await fetch(address, { headers })).text()
    const said = kind === "rabbitmq" ? "Counting decides whether it stands" : "Your first vote stands"
    expect(second).toContain(said)
    expect(second.includes(">It proves that your ballot is counted")).toBe(kind !== "rabbitmq")
  })

  test("while no worker makes posts, a flood of made-up ids gets 503 and takes no more room than it may", async () => {
    const redis = openRedis(stores().redis.adminUrl)
    stores().defer(() => redis.disconnect())
    await waitFor("Redis", () => redis.status === "ready")
    family.worker.app.kill("SIGKILL")
    await family.worker.app.exited
    const answers = await Promise.all(Array.from({ length: 600 }, (_, i) => vote(10_000 + i)))
    for (const answer of answers)
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
    expect(await redis.scard(keys.wanted)).toBeWithin(1, MOST_WAITING + 1)

    await startContractsWorker(stores(), { INBOX_URL: inboxUrl })
    // All tries have the same voter: a ballot may have been accepted although its answer was late.
    const voter = { "idempotency-key": crypto.randomUUID() }
    await waitFor("a first vote", async () => (await vote(10_000, 1, voter)).ok)
    await untilCounted(10_000, 1, 0)
    await waitFor("all wanted posts to be made", async () => (await redis.scard(keys.wanted)) === 0)
  })
})
