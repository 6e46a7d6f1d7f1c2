import { expect, test } from "bun:test"
import { emptyDraft } from "./draft"
import { checkNew, readPollForm } from "./poll-form"

const OPTIONS = { "o0-id": "a", "o0-label": "A", "o1-id": "b", "o1-label": "B" }
const WAS = "2040-01-31T20:00:07.000Z"

async function sent(fields: Record<string, string>) {
  const body = new URLSearchParams({ id: "tea", title: "Tea?", ...OPTIONS, ...fields })
  const form = await readPollForm(new Request("http://x/", { method: "POST", body }), emptyDraft())
  const { value, faults = {} } = checkNew(form)
  return { moment: form.draft.closesAt, faults, closesAt: value?.closesAt?.toISOString() ?? null }
}

test.each([
  ["empty", { closesAt: "" }, "faultEmptied"],
  ["a half-filled one as scripts send it", { closesAt: "unfinished" }, "faultMoment"],
  ["a year of five digits", { closesAt: "12040-01-31T20:00" }, "faultMoment"],
  ["a year of one digit", { closesAt: "0002-01-31T20:00" }, "faultMoment"],
  ["a day alone", { closesAt: "2040-01-31" }, "faultMoment"],
  ["a day that is not there", { closesAt: "2040-02-31T20:00" }, "faultMoment"],
] as const)(
  "a moment that was there stays when %s is sent, and the field is marked",
  async (_, fields, fault) => {
    const answer = await sent({ ...fields, closesAtWas: WAS })
    expect(answer).toEqual({ moment: WAS, faults: { closesAt: fault }, closesAt: null })
  },
)

test.each([
  ["nothing where nothing was", { closesAt: "", closesAtWas: "" }, null],
  ["no field at all", {}, null],
  ["the box for none", { closesAt: "2040-01-31T20:00", closesAtWas: WAS, closesAtNone: "on" }, null],
  ["the field as it was served, in minutes", { closesAt: "2040-01-31T20:00", closesAtWas: WAS }, WAS],
  ["another minute", { closesAt: "2040-01-31T20:01", closesAtWas: WAS }, "2040-01-31T20:01:00.000Z"],
  ["a moment with its zone", { closesAt: "2040-01-31T20:01:00.000Z" }, "2040-01-31T20:01:00.000Z"],
] as const)("%s is taken as it is meant", async (_, fields: Record<string, string>, closesAt) => {
  expect(await sent(fields)).toEqual({ moment: closesAt ?? "", faults: {}, closesAt })
})

test("what else is wrong is told beside the moment", async () => {
  const { faults } = await sent({ title: "", closesAt: "", closesAtWas: WAS })
  expect(faults).toEqual({ title: "faultTitle", closesAt: "faultEmptied" })
})
