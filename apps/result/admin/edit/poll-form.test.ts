import { expect, test } from "bun:test"
import { emptyDraft } from "./draft"
import { checkNew, pollFormOf, readPollFields } from "./poll-form"

const OPTIONS = { "o0-id": "a", "o0-label": "A", "o1-id": "b", "o1-label": "B" }
const WAS = "2040-01-31T20:00:07.000Z"

async function sent(fields: Record<string, string>) {
  const body = new URLSearchParams({ id: "tea", title: "Tea?", ...OPTIONS, ...fields })
  const read = await readPollFields(new Request("http://x/", { method: "POST", body }))
  const form = pollFormOf(read, emptyDraft())
  const { value, errors = {} } = checkNew(form)
  return { moment: form.draft.closesAt, errors, closesAt: value?.closesAt?.toISOString() ?? null }
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
  expect(answer).toEqual({ moment: WAS, errors: { closesAt: error }, closesAt: null })
})

test.each([
  ["nothing where nothing was", { closesAt: "", closesAtWas: "" }, null],
  ["no field at all", {}, null],
  ["the box for none", { closesAt: "2040-01-31T20:00", closesAtWas: WAS, closesAtNone: "on" }, null],
  ["the field as it was served, in minutes", { closesAt: "2040-01-31T20:00", closesAtWas: WAS }, WAS],
  ["another minute", { closesAt: "2040-01-31T20:01", closesAtWas: WAS }, "2040-01-31T20:01:00.000Z"],
  ["a moment with its zone", { closesAt: "2040-01-31T20:01:00.000Z" }, "2040-01-31T20:01:00.000Z"],
] as const)("%s is read as it is meant", async (_, fields: Record<string, string>, closesAt) => {
  expect(await sent(fields)).toEqual({ moment: closesAt ?? "", errors: {}, closesAt })
})

test("an invalid moment does not hide the errors of other fields", async () => {
  const { errors } = await sent({ title: "", closesAt: "", closesAtWas: WAS })
  expect(errors).toEqual({ title: "errorTitle", closesAt: "errorEmptied" })
})
