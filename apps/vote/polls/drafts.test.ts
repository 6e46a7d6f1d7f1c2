/** A draft is as unknown on the vote app as a poll that was never made. */

import { afterAll, beforeAll, expect, test } from "bun:test"
import { writeCode } from "@tallyroom/lib/ballots/codes"
import { writeIndex } from "@tallyroom/lib/inbox/redis/poll-copies"
import type { Poll } from "@tallyroom/lib/polls/poll"
import { examplePoll, startVoteFixture, type VoteFixture } from "../testing/vote"

/** As long as the ids of the drafts, so that answers are as long. */
const MADE_UP = "nowhe-0"

let fixture: VoteFixture
let posts: VoteFixture
const drafts: Poll[] = (["browser", "code", "network"] as const).map((eligibility, i) =>
  examplePoll({
    number: i + 1,
    id: `draft-${i}`,
    title: "Secret",
    state: "draft",
    eligibility,
    isDefault: i === 0,
  }),
)

beforeAll(async () => {
  ;[fixture, posts] = await Promise.all([startVoteFixture(), startVoteFixture({ CONTRACT: "posts" })])
  await fixture.writePolls(...drafts)
  await posts.writePolls(examplePoll({ id: "post-7", state: "draft" }))
  const scores = { "1": "upvote", "-1": "downvote" }
  await writeIndex(posts.admin, { shards: 2, default: null, open: [], posts: { scores, full: false } })
})
afterAll(() => Promise.all([fixture.stop(), posts.stop()]))

const page = { accept: "text/html", "accept-encoding": "identity" }
const form = { "content-type": "application/x-www-form-urlencoded" }

const QUESTIONS: Record<string, (id: string, poll: Poll) => Promise<Response>> = {
  page: (id) => fixture.ask(`/polls/${id}`, { headers: page }),
  "page without a type": (id) => fixture.ask(`/polls/${id}`, { headers: { "accept-encoding": "identity" } }),
  "page of a printed code": (id, { salt }) =>
    fixture.ask(`/polls/${id}?code=${writeCode(salt, 1)}`, { headers: page }),
  frame: (id) => fixture.ask(`/embed/${id}`, { headers: page }),
  "short path": (id) => fixture.ask(`/${id}`, { headers: page }),
  poll: (id) => fixture.ask(`/api/polls/${id}`),
  now: (id) => fixture.ask(`/api/polls/${id}/now`),
  tally: (id) => fixture.ask(`/api/polls/${id}/tally?receipt=${"A".repeat(54)}`),
  vote: (id) => fixture.vote(id, "a"),
  "vote with its number": (id, { number }) => ballot(id, { option: "a", number }),
  "vote with a code": (id, { salt }) => ballot(id, { option: "a", code: writeCode(salt, 1) }),
  "vote for no option": (id) => fixture.vote(id, "z"),
  form: (id) => fixture.form(`/polls/${id}`, "vote=a"),
  "browser's form": (id) => fixture.form(`/polls/${id}`, "vote=a", { ...form, ...page }),
  "framed form": (id) => fixture.form(`/embed/${id}`, "vote=a", { ...form, ...page }),
}

function ballot(id: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json" }
  return fixture.ask(`/api/polls/${id}/votes`, { method: "POST", headers, body: JSON.stringify(body) })
}

async function told(answer: Response, id: string): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => name !== "date").join("\n")
  return `${answer.status}\n${headers}\n${await answer.text()}`.replaceAll(id, "ID")
}

test.each(Object.keys(QUESTIONS))(
  "a draft's %s is answered as that of a poll which was never made",
  async (name) => {
    for (const draft of drafts) {
      const answers = [draft.id, MADE_UP].map(async (id) => {
        const answer = await QUESTIONS[name]?.(id, draft)
        return answer && told(answer, id)
      })
      const [ofDraft, ofNothing] = await Promise.all(answers)
      expect(ofDraft).toBe(ofNothing)
      expect(ofDraft).toStartWith("404\n")
    }
  },
)

test("no list and no start page names a draft, even as the default poll", async () => {
  expect(await (await fixture.ask("/api/polls")).json()).toEqual({ default: null, polls: [] })
  for (const answer of [await fixture.ask("/", { headers: page }), await fixture.form("/", "vote=a")]) {
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toMatch(/draft|Secret/)
  }
})

test("a post that is being prepared takes no vote, and its counts are those of any post", async () => {
  const vote = await posts.ask("/vote?postId=7&score=1", { method: "POST" })
  expect([vote.status, (await vote.json()).type]).toEqual([404, "/problems/poll-unknown"])
  const counts = await posts.ask("/vote-counts?postId=7")
  expect([counts.status, await counts.json()]).toEqual([200, { postId: 7, upvotes: 0, downvotes: 0 }])
})
