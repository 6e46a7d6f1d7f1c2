import { expect, test } from "bun:test"
import { decisionDraftOf, storedDecisionOf } from "./decision-draft"
import { ballotDraft, changeOptions, emptyDraft, withoutBlank } from "./draft"
import { checkChange, checkNew, pollFormOf, readPollFields } from "./poll-form"

const OPTIONS = { "o0-id": "a", "o0-label": "A", "o1-id": "b", "o1-label": "B" }
const WAS = "2040-01-31T20:00:07.000Z"

async function sent(fields: Record<string, string>) {
  const body = new URLSearchParams({ id: "tea", title: "Tea?", ...OPTIONS, ...fields })
  const read = await readPollFields(new Request("http://x/", { method: "POST", body }))
  const form = pollFormOf(read, emptyDraft())
  const { value, errors = {} } = checkNew(form)
  const closesAt = value?.closesAt?.toISOString() ?? null
  return { moment: form.draft.closesAt, errors, closesAt, ballot: value?.ballot, decision: value?.decision }
}

test.each([
  ["empty", { closesAt: "" }, "errorEmptied"],
  ["a half-filled one as scripts send it", { closesAt: "unfinished" }, "errorMoment"],
  ["a year of five digits", { closesAt: "12040-01-31T20:00" }, "errorMoment"],
  ["a year of one digit", { closesAt: "0002-01-31T20:00" }, "errorMoment"],
  ["a day alone", { closesAt: "2040-01-31" }, "errorMoment"],
  ["a day that is not there", { closesAt: "2040-02-31T20:00" }, "errorMoment"],
] as const)("a stored moment stays when %s is sent, and the field has an error", async (_, fields, error) => {
  const answer = await sent({ ...fields, closesAtWas: WAS })
  expect(answer).toMatchObject({ moment: WAS, errors: { closesAt: error }, closesAt: null })
})

test.each([
  ["nothing where nothing was", { closesAt: "", closesAtWas: "" }, null],
  ["no field at all", {}, null],
  ["the box for none", { closesAt: "2040-01-31T20:00", closesAtWas: WAS, closesAtNone: "on" }, null],
  ["the field as it was served, in minutes", { closesAt: "2040-01-31T20:00", closesAtWas: WAS }, WAS],
  ["another minute", { closesAt: "2040-01-31T20:01", closesAtWas: WAS }, "2040-01-31T20:01:00.000Z"],
  ["a moment with its zone", { closesAt: "2040-01-31T20:01:00.000Z" }, "2040-01-31T20:01:00.000Z"],
] as const)("%s is read as it is meant", async (_, fields: Record<string, string>, closesAt) => {
  expect(await sent(fields)).toMatchObject({ moment: closesAt ?? "", errors: {}, closesAt })
})

test.each([
  ["no field at all", {}, { min: 1, max: 1, abstain: false }],
  [
    "one, whatever the numbers",
    { choose: "one", chooseMin: "x", chooseMax: "9" },
    { min: 1, max: 1, abstain: false },
  ],
  ["several", { choose: "several", chooseMin: " 1", chooseMax: "2" }, { min: 1, max: 2, abstain: false }],
  [
    "all, whatever the most",
    { choose: "all", chooseMin: "2", chooseMax: "" },
    { min: 2, max: "all", abstain: false },
  ],
  [
    "several without a most",
    { choose: "several", chooseMin: "2", chooseMax: "all" },
    { min: 2, max: "all", abstain: false },
  ],
  ["one, and abstention", { choose: "one", abstain: "on" }, { min: 1, max: 1, abstain: true }],
] as const)("what a ballot says is read from %s", async (_, fields: Record<string, string>, rules) => {
  expect(await sent(fields)).toMatchObject({ errors: {}, ballot: { method: "choose", ...rules } })
})

test.each([
  [
    "no number",
    { chooseMin: "", chooseMax: "1.5" },
    { chooseMin: "errorChoices", chooseMax: "errorChoices" },
  ],
  ["too large a number", { chooseMin: "1", chooseMax: "51" }, { chooseMax: "errorChooseOptions" }],
  ["a least above the most", { chooseMin: "2", chooseMax: "1" }, { chooseMin: "errorChooseOrder" }],
  ["a most above the options", { chooseMin: "1", chooseMax: "3" }, { chooseMax: "errorChooseOptions" }],
  ["a least above the options", { choose: "all", chooseMin: "3" }, { chooseMin: "errorChooseOptions" }],
])("the fields of a ballot with %s have their errors", async (_, fields: Record<string, string>, errors) => {
  expect(await sent({ choose: "several", ...fields })).toMatchObject({ errors, ballot: undefined })
})

test("where what a ballot says is fixed, an option too few is an error of the options", async () => {
  const body = new URLSearchParams({ id: "tea", title: "Tea?", ...OPTIONS })
  const read = await readPollFields(new Request("http://x/", { method: "POST", body }))
  const ballot = ballotDraft("several", { max: "3" })
  expect(checkChange(pollFormOf(read, { ...emptyDraft(), ballot })).errors).toEqual({
    options: "errorFewerOptions",
  })
})

test.each([
  ["as many as it likes", { rankMax: "" }, "all", null],
  ["at most three, and seats of which the rule knows one", { rankMax: " 2 ", seats: "2" }, 2, null],
  ["points for two seats", { rankRule: "borda", seats: "2" }, "all", { rule: "borda", seats: 2, quorum: 0 }],
] as const)(
  "a ranking is read from the fields: %s",
  async (_, fields: Record<string, string>, max, decision) => {
    const poll = await sent({ choose: "rank", ...fields })
    expect(poll).toMatchObject({ errors: {}, ballot: { method: "rank", max }, decision })
  },
)

test("a ranking of more options than there are has its error beside its own field", async () => {
  expect(await sent({ choose: "rank", rankMax: "3" })).toMatchObject({
    errors: { rankMax: "errorChooseOptions" },
  })
  expect(await sent({ choose: "rank", rankMax: "x" })).toMatchObject({ errors: { rankMax: "errorChoices" } })
})

test.each([
  ["no field at all", {}, null],
  ["the usual ones", { choose: "one", seats: "1", quorum: "0", majority: "unanimous" }, null],
  [
    "seats and a quorum",
    { choose: "one", seats: " 2", quorum: "12", base: "cast" },
    { rule: "votes", seats: 2, quorum: 12 },
  ],
  [
    "a part of the eligible voters, as a phone writes it",
    { choose: "one", seats: "1", quorum: "> １／２", eligible: " 120 " },
    { rule: "votes", seats: 1, quorum: ">1/2", eligible: 120 },
  ],
] as const)("how a poll is decided is read from %s", async (_, fields: Record<string, string>, decision) => {
  expect(await sent(fields)).toMatchObject({ errors: {}, decision })
})

test.each([
  ["no numbers", { seats: "", quorum: "x" }, { seats: "errorChoices", quorum: "errorQuorum" }],
  ["a negative quorum", { quorum: "-1" }, { quorum: "errorQuorum" }],
  ["more than all of the eligible voters", { quorum: "4/3", eligible: "9" }, { quorum: "errorQuorum" }],
  ["a part of nobody says how many", { quorum: "1/3", eligible: "" }, { eligible: "errorEligible" }],
  ["no eligible voters", { eligible: "0" }, { eligible: "errorEligible" }],
  ["more seats than options", { seats: "3" }, { seats: "errorSeatsOptions" }],
])(
  "the fields of a decision with %s have their errors",
  async (_, fields: Record<string, string>, errors) => {
    expect(await sent({ choose: "one", ...fields })).toMatchObject({ errors, decision: undefined })
  },
)

test("a decision of what the form does not have is refused", async () => {
  expect(sent({ choose: "one", majority: "most" })).rejects.toThrow("There is no such choice")
})

test.each([
  ["rate", { method: "rate", highest: 10, abstain: false }, { rule: "sum", seats: 2, quorum: 0 }],
  ["rate", { method: "rate", highest: 10, abstain: false }, null],
  [
    "decide",
    { method: "decide", abstain: true },
    { rule: "majority", majority: "two-thirds", base: "cast", quorum: 9 },
  ],
  ["rank", { method: "rank", max: 3, abstain: true }, { rule: "stv", seats: 3, quorum: 7 }],
  ["rank", { method: "rank", max: "all", abstain: false }, { rule: "condorcet", seats: 1, quorum: 0 }],
  [
    "decide",
    { method: "decide", abstain: false },
    { rule: "majority", majority: "absolute", base: "eligible", quorum: "25%", eligible: 120 },
  ],
  ["one", { method: "choose", min: 1, max: 1, abstain: false }, { rule: "votes", seats: 1, quorum: 4 }],
] as const)("the fields for ballots that %s keep the decision of a poll", (choose, ballot, decision) => {
  expect(storedDecisionOf(choose, decisionDraftOf({ ballot, decision }))).toEqual(decision)
})

test.each([
  ["ratings", { choose: "rate", highest: " 10" }, { method: "rate", highest: 10 }, null],
  [
    "a sum",
    { choose: "rate", rateRule: "sum" },
    { method: "rate", highest: 5 },
    { rule: "sum", seats: 1, quorum: 0 },
  ],
  ["yes or no", { choose: "decide", highest: "x", seats: "9" }, { method: "decide" }, null],
  [
    "a majority",
    { choose: "decide", majority: "absolute", base: "cast", quorum: "3" },
    { method: "decide" },
    { rule: "majority", majority: "absolute", base: "cast", quorum: 3 },
  ],
] as const)(
  "the fields of %s are read, whatever the others have",
  async (_, fields: Record<string, string>, ballot, decision) => {
    expect(await sent(fields)).toMatchObject({ errors: {}, ballot, decision })
  },
)

test("a motion may be alone, and one option of other ballots is an error that says so", async () => {
  const alone = { ...OPTIONS, "o1-id": undefined, "o1-label": undefined }
  const checked = async (choose: string) => {
    const form = pollFormOf({ id: "fee", title: "Motion 7", choose, ...alone }, emptyDraft())
    return checkNew(form).errors ?? {}
  }
  expect(await checked("decide")).toEqual({})
  for (const choose of ["one", "several", "all", "rank", "rate"])
    expect(await checked(choose)).toEqual({ options: "errorOneOption" })
})

test("an empty row beside a motion is left out", () => {
  const options = [
    { id: "", label: "A fee of 20", emoji: "", colour: "", image: "" },
    ...emptyDraft().options,
  ]
  const kept = (choose: "decide" | "one") =>
    withoutBlank({ ...emptyDraft(), options, ballot: ballotDraft(choose, {}) }).length
  expect([kept("decide"), kept("one")]).toEqual([1, 3])
})

test("options can be removed down to one where ballots decide, and down to two elsewhere", () => {
  const left = (choose: "decide" | "one") => {
    const draft = { ...emptyDraft(), ballot: ballotDraft(choose, {}) }
    const once = changeOptions(draft, "remove-1")
    return changeOptions({ ...draft, options: once }, "remove-0").length
  }
  expect([left("decide"), left("one")]).toEqual([1, 2])
})

test("too high a highest rating is an error of its field", async () => {
  expect(await sent({ choose: "rate", highest: "11" })).toMatchObject({ errors: { highest: "errorHighest" } })
})

test("an invalid moment does not hide the errors of other fields", async () => {
  const { errors } = await sent({ title: "", closesAt: "", closesAtWas: WAS })
  expect(errors).toEqual({ title: "errorTitle", closesAt: "errorEmptied" })
})
