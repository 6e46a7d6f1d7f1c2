/** How people vote and how their poll is decided: chosen with the poll, copied with it, and fixed when it opens. */

import { expect, test } from "bun:test"
import { kindOf, labelled, usePollApi } from "../testing/poll-api"

const { create, change, running } = usePollApi()

test("a vote is confirmed where the first vote stands, unless the host has chosen otherwise", async () => {
  const { result } = running()
  const confirms = async (answer: Response) => (await answer.json()).confirm
  expect(await confirms(await create("sure"))).toBe(true)
  expect(await confirms(await create("loose", { policy: "changeable" }))).toBe(false)
  expect(await confirms(await create("slow", { policy: "changeable", confirm: true }))).toBe(true)
  expect(await confirms(await change("sure", { confirm: false }))).toBe(false)
  expect(await confirms(await change("sure", { title: "Sure?" }))).toBe(false)
  expect(await confirms(await change("sure", { confirm: null }))).toBe(true)
  expect(await kindOf(await change("sure", { confirm: "yes" }))).toEqual([400, "request-malformed"])
  const copy = await result.send("POST", "/api/polls/slow/duplicates", { id: "slow-too" })
  expect(await confirms(copy)).toBe(true)
})

test("what a ballot says is chosen with the poll, copied with it, and fixed when the poll opens", async () => {
  const { result } = running()
  const options = labelled("A", "B", "C")
  const upToTwo = { method: "choose", min: 1, max: 2, abstain: true }
  const made = await create("several", { options, state: "draft", ballot: { method: "choose", max: 3 } })
  expect((await made.json()).ballot).toEqual({ method: "choose", min: 1, max: 3, abstain: false })
  expect(await (await change("several", { ballot: upToTwo })).json()).toMatchObject({ ballot: upToTwo })
  const copy = await result.send("POST", "/api/polls/several/duplicates", { id: "several-too" })
  expect(await copy.json()).toMatchObject({ ballot: upToTwo, options })
  await change("several", { state: "open" })
  expect(await (await change("several", { ballot: upToTwo, title: "Same" })).json()).toMatchObject({
    title: "Same",
  })
  const other = await change("several", { ballot: { ...upToTwo, abstain: false } })
  expect([other.status, (await other.json()).detail]).toEqual([
    409,
    'The poll "several" has been opened: its ballot can\'t be changed any more; correct a duplicate of the poll instead.',
  ])
  expect((await (await create("plain-one")).json()).ballot).toEqual({
    ...{ method: "choose", min: 1, max: 1, abstain: false },
  })
})

test.each([
  [{ method: "choose", max: 3 }, "ballot.max is 3, and the poll has 2 options: correct the request."],
  [
    { method: "choose", min: 3, max: "all" },
    "ballot.min is 3, and the poll has 2 options: correct the request.",
  ],
  [{ method: "choose", min: 2, max: 1 }, "ballot.min: must not be greater than max. Correct the request."],
  [{ method: "choose", max: "many" }, 'ballot.max: must be 1 to 50, or "all". Correct the request.'],
])("a poll whose ballot is %j is refused, with the reason", async (ballot, detail) => {
  const answer = await create("refused", { ballot })
  expect([answer.status, (await answer.json()).detail]).toEqual([400, detail])
})

test("one option alone can be decided, and neither chosen, ranked nor rated", async () => {
  const motion = { options: labelled("A fee of 20"), state: "draft" }
  const made = await create("motion", { ...motion, ballot: { method: "decide", abstain: true } })
  expect([made.status, (await made.json()).options]).toEqual([201, labelled("A fee of 20")])
  const needsTwo = (method: string) => [
    400,
    `options: must have at least 2 where ballots ${method}; one alone can be decided (ballot.method "decide"): correct the request.`,
  ]
  const said = async (answer: Response) => [answer.status, (await answer.json()).detail]
  for (const method of ["choose", "rank", "rate"]) {
    expect(await said(await create("alone", { ...motion, ballot: { method } }))).toEqual(needsTwo(method))
    expect(await said(await change("motion", { ballot: { method } }))).toEqual(needsTwo(method))
  }
  expect(await said(await create("alone", { ...motion, ballot: { method: "decide" }, options: [] }))).toEqual(
    [400, "options: must have at least 2 options, or 1 where ballots decide. Correct the request."],
  )
  const grown = await change("motion", {
    options: labelled("A fee of 20", "B"),
    ballot: { method: "choose" },
  })
  expect(grown.status).toBe(200)
  expect(await said(await change("motion", { options: labelled("B") }))).toEqual(needsTwo("choose"))
})

test("how a poll is decided is chosen with the poll, shown, copied with it, and fixed when the poll opens", async () => {
  const { result } = running()
  const decision = { rule: "votes", seats: 2, quorum: 12 }
  const made = await create("council", { options: labelled("A", "B", "C"), state: "draft" })
  expect((await made.json()).decision).toBeNull()
  expect(await (await change("council", { decision })).json()).toMatchObject({ decision })
  const copy = await result.send("POST", "/api/polls/council/duplicates", { id: "council-too" })
  expect(await copy.json()).toMatchObject({ decision })
  expect(await (await change("council-too", { decision: null })).json()).toMatchObject({ decision: null })
  await change("council", { state: "open" })
  expect((await change("council", { decision })).status).toBe(200)
  const other = await change("council", { decision: { ...decision, quorum: 11 } })
  expect([other.status, (await other.json()).detail]).toEqual([
    409,
    'The poll "council" has been opened: its decision can\'t be changed any more; correct a duplicate of the poll instead.',
  ])
})

test("how many are eligible may be corrected while people vote, and neither taken away nor after the end", async () => {
  const { result } = running()
  const decision = { rule: "votes", seats: 1, quorum: "1/3", eligible: 120 }
  await create("roll", { decision })
  const eligible = async (change: object) => {
    const answer = await result.send("PATCH", "/api/polls/roll", { decision: { ...decision, ...change } })
    const body = await answer.json()
    return answer.ok ? body.decision.eligible : body.detail
  }
  expect(await eligible({ eligible: 123 })).toBe(123)
  expect(await eligible({ eligible: undefined, quorum: 0 })).toContain(
    "its decision can't be changed any more",
  )
  expect(await eligible({ eligible: 124, quorum: "1/2" })).toContain("its decision can't be changed any more")
  await change("roll", { state: "closed" })
  expect(await eligible({ eligible: 125 })).toBe(
    'The poll "roll" is closed: its eligible voters can\'t be changed any more.',
  )
  expect(await eligible({ eligible: 123 })).toBe(123)
})

test("in which order ballots show the options is chosen with the poll, shown, copied with it, and fixed when the poll opens", async () => {
  const { result } = running()
  const orderOf = async (answer: Response) => (await answer.json()).order
  expect(await orderOf(await create("mixed", { state: "draft" }))).toBe("as-written")
  expect(await orderOf(await change("mixed", { order: "random" }))).toBe("random")
  expect(await orderOf(await change("mixed", { title: "Mixed?" }))).toBe("random")
  const copy = await result.send("POST", "/api/polls/mixed/duplicates", { id: "mixed-too" })
  expect(await orderOf(copy)).toBe("random")
  expect(await orderOf(await change("mixed-too", { order: "as-written" }))).toBe("as-written")
  await change("mixed", { state: "open" })
  expect((await change("mixed", { order: "random" })).status).toBe(200)
  const other = await change("mixed", { order: "as-written" })
  expect([other.status, (await other.json()).detail]).toEqual([
    409,
    'The poll "mixed" has been opened: its order can\'t be changed any more; correct a duplicate of the poll instead.',
  ])
  expect(await kindOf(await create("refused", { order: "alphabetic" }))).toEqual([400, "request-malformed"])
  expect(await orderOf(await create("mixed-open", { order: "random" }))).toBe("random")
})

test.each([
  [
    { rule: "irv" },
    "decision.rule is irv, and ballots that choose are decided by votes: correct the request.",
  ],
  [{ rule: "votes", seats: 3 }, "decision.seats is 3, and the poll has 2 options: correct the request."],
  [
    { rule: "votes", quorum: -1 },
    'decision.quorum: must be a number of ballots, or a part of the eligible voters like "25%", "1/3" or ">1/2" (more than half). Correct the request.',
  ],
  [
    { rule: "votes", quorum: "1/3" },
    "decision.eligible: must say how many may vote, as base or quorum is a part of them. Correct the request.",
  ],
])("a poll whose decision is %j is refused, with the reason", async (decision, detail) => {
  const answer = await create("refused", { decision })
  expect([answer.status, (await answer.json()).detail]).toEqual([400, detail])
})

test("a poll keeps as many options as its ballot chooses", async () => {
  const ballot = { method: "choose", max: 3 }
  await create("keeps", { options: labelled("A", "B", "C"), ballot })
  const fewer = await change("keeps", { options: labelled("A", "B") })
  expect([fewer.status, (await fewer.json()).detail]).toEqual([
    400,
    "ballot.max is 3, and the poll has 2 options: correct the request.",
  ])
})
