import { beforeAll, expect, test } from "bun:test"
import type { Database } from "@tallyroom/lib/database"
import { useStores } from "../../../../tests/harness/stores"
import { readStoredPoll } from "../../polls/poll-store"
import { ADMIN, definition, openTables, type ResultApp, startResultApp } from "../../testing/result"

const stores = useStores()
let sql: Database
let result: ResultApp

beforeAll(async () => {
  sql = await openTables(stores())
  result = await startResultApp(stores())
})

/** The form of a poll as one of its admins opened it, to be sent with what that admin writes. */
async function openForm(id: string) {
  const path = `/admin/polls/${id}/edit`
  let fields = fieldsOf(await (await result.get(path, ADMIN)).text())
  return async (written: Record<string, string>) => {
    const answer = await fetch(`${result.address}${path}`, {
      method: "POST",
      headers: { ...ADMIN, origin: result.address },
      body: new URLSearchParams({ ...fields, ...written }),
      redirect: "manual",
    })
    const page = await answer.text()
    if (answer.status !== 303) fields = fieldsOf(page)
    return { status: answer.status, page }
  }
}

function fieldsOf(page: string): Record<string, string> {
  const [, form = ""] = /<form[^>]*action="\/admin\/polls\/[^>]*>(.*?)<\/form>/s.exec(page) ?? []
  // Browsers send nothing of a fieldset that is disabled.
  const enabled = form.replace(/<fieldset[^>]*\sdisabled.*?<\/fieldset>/gs, "")
  const inputs = [...enabled.matchAll(/<input[^>]*>/g)].map(([input]) => input)
  const attribute = (input: string, name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? ""
  const sent = inputs.filter((it) => !/type="(radio|checkbox)"/.test(it) || /\schecked/.test(it))
  const named = sent.filter((it) => attribute(it, "name") !== "" && !/\sdisabled/.test(it))
  return Object.fromEntries(named.map((it) => [attribute(it, "name"), attribute(it, "value")]))
}

async function stored(id: string) {
  const { title, options, results } = await readStoredPoll(sql, id)
  return { title, labels: options.map(({ label }) => label), results }
}

test("two admins who change different parts of a poll at once both get what they wrote", async () => {
  await result.send("POST", "/api/polls", definition("both", { title: "Old", state: "draft" }))
  const ann = await openForm("both")
  const ben = await openForm("both")
  expect((await ann({ title: "Ann's" })).status).toBe(303)
  expect((await ben({ "o0-label": "Ben's" })).status).toBe(303)
  expect(await stored("both")).toEqual({ title: "Ann's", labels: ["Ben's", "Dogs"], results: "live" })
})

test("an admin who changes what another one has just changed is told so, and may save it all the same", async () => {
  await result.send("POST", "/api/polls", definition("clash", { title: "Old", state: "draft" }))
  const ann = await openForm("clash")
  const ben = await openForm("clash")
  expect((await ann({ title: "Ann's", results: "after-close" })).status).toBe(303)
  // Neither another row nor an error of another kind makes the form forget what it was served with.
  expect((await ben({ title: "Ben's", do: "add" })).status).toBe(200)
  const told = await ben({ do: "save" })
  expect([told.status, told.page.includes("somebody else has just changed this as well: Question.")]).toEqual(
    [409, true],
  )
  expect((await stored("clash")).title).toBe("Ann's")
  expect((await ben({ "o0-label": " " })).status).toBe(422)
  expect((await ben({ "o0-label": "Cats" })).status).toBe(303)
  expect(await stored("clash")).toEqual({ title: "Ben's", labels: ["Cats", "Dogs"], results: "after-close" })
})

test("how many are eligible is corrected while people vote, and nothing else of the decision is sent", async () => {
  const decision = { rule: "votes", seats: 1, quorum: ">1/2", eligible: 120 }
  await result.send("POST", "/api/polls", definition("roll", { decision }))
  const send = await openForm("roll")
  const decisionNow = async () => (await readStoredPoll(sql, "roll")).decision
  expect((await send({ eligible: "123" })).status).toBe(303)
  expect(await decisionNow()).toEqual({ ...decision, rule: "votes", eligible: 123 })
  const refused = await (await openForm("roll"))({ eligible: "" })
  const error = '<strong class="field-error">Write how many may vote: 1 or more.</strong>'
  expect([refused.status, refused.page.includes(error)]).toEqual([422, true])
  await result.send("PATCH", "/api/polls/roll", { state: "closed" })
  expect((await (await result.get("/admin/polls/roll/edit", ADMIN)).text()).includes('name="eligible"')).toBe(
    false,
  )
  expect(await decisionNow()).toMatchObject({ eligible: 123 })
})

test("two admins who write the same are told nothing", async () => {
  await result.send("POST", "/api/polls", definition("same", { title: "Old", state: "draft" }))
  const [ann, ben] = [await openForm("same"), await openForm("same")]
  expect((await ann({ title: "New" })).status).toBe(303)
  expect((await ben({ title: "New" })).status).toBe(303)
})

test.each([
  ["choose", { rule: "votes", seats: 1, quorum: 0 }],
  ["decide", { rule: "majority", majority: "simple", base: "cast", quorum: 3 }],
] as const)(
  "whoever writes another title leaves how a poll of ballots that %s is decided as the API has it",
  async (method, decision) => {
    const id = `own-${method}`
    const own = { state: "draft", ballot: { method }, decision }
    await result.send("POST", "/api/polls", definition(id, own))
    expect((await (await openForm(id))({ title: "New" })).status).toBe(303)
    expect(await readStoredPoll(sql, id)).toMatchObject({ title: "New", decision })
  },
)
