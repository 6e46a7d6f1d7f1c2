import { beforeEach, describe, expect, test } from "bun:test"
import { writeReceipt } from "@tallyroom/lib/ballots/receipts"
import { embedOrigins } from "@tallyroom/lib/http/embed-origins"
import type { Outcome } from "@tallyroom/lib/outcome/outcome"
import { ANYBODY } from "@tallyroom/lib/polls/audience"
import { pollSchema } from "@tallyroom/lib/polls/poll"
import type { Tally } from "@tallyroom/lib/polls/tallies"
import { OutcomeReads } from "../outcome/outcome-reads"
import { TEST_VOTER } from "../testing/votes"
import { type PollPage, PollPages } from "./poll-pages"

const SALT = "s".repeat(43)
const RECEIPT = writeReceipt(SALT, { shard: 0, position: { ms: 1, seq: 0 }, voter: TEST_VOTER })
const ADMIN = { admin: true, receipt: null }

const site = {
  asset: (name: string) => `/${name}`,
  voteUrl: "http://localhost:8080",
  embedOrigins: embedOrigins.schema.parse("*"),
  isSecure: () => false,
}
const undecided = new OutcomeReads({ decide: async () => null })

let pages: PollPages
let rendered: number
beforeEach(() => {
  pages = new PollPages(site, undecided)
  rendered = 0
})

function tallyOf(version: number, more: Record<string, unknown> = {}): Tally {
  const poll = pollSchema.parse({
    ...{ id: "lunch", number: 1, title: "Lunch", state: "open", salt: SALT, revision: 1, isDefault: false },
    options: ["a", "b"].map((id) => ({ id, label: id })),
    ...more,
  })
  const counts = { votes: { a: version, b: 0 }, said: null, total: version, abstained: 0 }
  return { poll, version, ...counts, closedAt: null, finalAt: null, at: new Date() }
}

type Asked = { path?: string; headers?: Record<string, string> } & Partial<PollPage>

/** What a reader gets. Each page says how many were rendered before it. */
function ask(
  tally: Tally,
  { path = "/polls/lunch", headers = {}, ...page }: Asked = {},
  from = pages,
): Promise<Response> {
  return from.answer(new Request(`http://result.test${path}`, { headers }), {
    ...{ tally, viewer: ANYBODY, ballot: "/polls/lunch" },
    render: (_, { snapshot }) => `page ${++rendered} of ${snapshot.total} votes`,
    ...page,
  })
}
const textOf = async (answer: Promise<Response>) => (await answer).text()

describe("what is the same for everybody", () => {
  test("is rendered once for readers who share a reading, also where they come at once", async () => {
    const tally = tallyOf(5)
    const texts = await Promise.all(Array.from({ length: 20 }, () => textOf(ask(tally))))
    expect(new Set(texts)).toEqual(new Set(["page 1 of 5 votes"]))
    expect(rendered).toBe(1)
  })

  test("is rendered anew from each reading, whatever its version", async () => {
    expect(await textOf(ask(tallyOf(5)))).toBe("page 1 of 5 votes")
    expect(await textOf(ask(tallyOf(6)))).toBe("page 2 of 6 votes")
    expect(await textOf(ask(tallyOf(6)))).toBe("page 3 of 6 votes")
  })

  test("is rendered anew once the same tally has an outcome", async () => {
    const tally = tallyOf(5, { ballot: { method: "rank" }, decision: { rule: "irv" } })
    const outcome: Outcome = {
      ...{ rule: "irv", seats: 1, ballots: 5, abstained: 0, quorum: 0, quorate: true },
      ...{ winners: ["a"], tied: [], rounds: [] },
    }
    let known = false
    const decide = async () => (known ? { tally, outcome, isStored: false } : null)
    const deciding = new PollPages(site, new OutcomeReads({ decide }))
    const render: PollPage["render"] = (_visit, _shown, ranking) =>
      `page ${++rendered}: ${ranking?.first?.outcome.winners}`
    expect(await textOf(ask(tally, { render }, deciding))).toBe("page 1: undefined")
    known = true
    expect(await textOf(ask(tally, { render }, deciding))).toBe("page 2: a")
    expect(await textOf(ask(tally, { render }, deciding))).toBe("page 2: a")
  })

  test("differs by language, by the address asked for, and by the host by which a reader reached us", async () => {
    const tally = tallyOf(5)
    const several: Asked[] = [
      {},
      { headers: { "accept-language": "de" } },
      { path: "/polls/lunch?lang=ja" },
      { path: "/polls/lunch?order=votes" },
      { path: "/polls/lunch/stage" },
      { path: "/polls/lunch/stage?theme=light" },
      { path: "/embed/lunch" },
      { path: "/" },
    ]
    for (const asked of several) await ask(tally, asked)
    expect(rendered).toBe(several.length)
    for (const asked of several) await ask(tally, asked)
    expect(rendered).toBe(several.length)
    const elsewhere = new Request("https://other.test/polls/lunch")
    const page = { tally, viewer: ANYBODY, ballot: "/", render: () => "another host" }
    expect(await textOf(pages.answer(elsewhere, page))).toBe("another host")
  })

  test("is shared without the cookie of the reader who chose a language", async () => {
    const tally = tallyOf(5)
    const path = "/polls/lunch?lang=fr"
    const answers = [await ask(tally, { path }), await ask(tally, { path })]
    expect(rendered).toBe(1)
    for (const { headers } of answers) {
      expect(headers.get("set-cookie")).toStartWith("tallyroom_lang=fr")
      expect(headers.get("cache-control")).toBe("private, no-store")
    }
    const french = await ask(tally, { headers: { cookie: "tallyroom_lang=fr" } })
    expect(french.headers.get("set-cookie")).toBeNull()
    expect(french.headers.get("cache-control")).toBe("public, max-age=1")
  })
})

describe("nothing private is shared", () => {
  const hidden = tallyOf(5, { results: "after-vote" })

  test("not what a receipt unlocks, nor a page whose address has any receipt", async () => {
    const viewer = { admin: false, receipt: RECEIPT }
    const path = `/polls/lunch?receipt=${RECEIPT}`
    expect(await textOf(ask(hidden, { path, viewer }))).toBe("page 1 of 5 votes")
    expect(await textOf(ask(hidden, { path, viewer }))).toBe("page 2 of 5 votes")
    await ask(hidden, { path: "/polls/lunch?receipt=none" })
    await ask(hidden, { path: "/polls/lunch?receipt=none" })
    expect(rendered).toBe(4)
    expect(await textOf(ask(hidden))).toBe("page 5 of undefined votes")
  })

  test("not what admins see, at the address at which others see less", async () => {
    const after = tallyOf(5, { results: "after-close" })
    expect(await textOf(ask(after, { viewer: ADMIN }))).toBe("page 1 of 5 votes")
    expect(await textOf(ask(after))).toBe("page 2 of undefined votes")
    expect(await textOf(ask(after, { viewer: ADMIN }))).toBe("page 3 of 5 votes")
    expect(await textOf(ask(after))).toBe("page 2 of undefined votes")
  })

  test("not a page that a route calls private, whoever asks", async () => {
    const tally = tallyOf(5)
    const isPrivate = true
    const answer = await ask(tally, { isPrivate })
    await ask(tally, { isPrivate })
    await ask(tally)
    expect(rendered).toBe(3)
    expect(answer.headers.get("cache-control")).toBe("private, no-store")
  })
})
