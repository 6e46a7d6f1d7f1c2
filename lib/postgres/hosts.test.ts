import { expect, test } from "bun:test"
import { waitFor } from "../../scripts/services/wait"
import type { Host } from "./address"
import { HostChoice, type HostState, type Question } from "./hosts"

const [ONE, TWO, THREE] = ["one", "two", "three"].map((name) => ({ name, port: 5432 })) as [Host, Host, Host]

/** What hosts say, by their names; one that is missing does not answer, and one that never does is a promise. */
type Answers = Record<string, HostState | Promise<HostState>>

function choiceOf(answers: Answers, wantsWrites = true) {
  const closed: string[] = []
  const questionOf = ({ name }: Host): Question => ({
    ask: async () => answers[name] ?? Promise.reject(new Error("refused")),
    close: () => closed.push(name),
  })
  return { choice: new HostChoice([ONE, TWO, THREE], wantsWrites, questionOf), closed }
}

const standby: HostState = { isReadOnly: true, lineage: null }
const untold: HostState = { isReadOnly: false, lineage: null }
/** Primaries of one system, which no other test has. */
function system() {
  const name = crypto.randomUUID()
  return (timeline: number): HostState => ({ isReadOnly: false, lineage: { system: name, timeline } })
}

test("the host that takes writes is used, wherever it stands in the address", async () => {
  const { choice, closed } = choiceOf({ one: standby, three: untold })
  expect(await choice.choose()).toBe(THREE)
  // Nobody follows, so no connection is kept.
  expect(closed.sort()).toEqual(["one", "three", "two"])
})

test("of two primaries the one that was promoted last is used", async () => {
  const primary = system()
  expect(await choiceOf({ one: primary(1), two: primary(2) }).choice.choose()).toBe(TWO)
})

test("an old primary is not used, even where it alone answers, once a later one was seen", async () => {
  const primary = system()
  const answers: Answers = { one: primary(1), two: primary(2) }
  const { choice } = choiceOf(answers)
  await choice.choose()
  delete answers.two
  const failure = await choice.choose().catch((error) => error)
  expect(failure.message).toContain("one: it is an old primary (timeline 1, and 2 is there)")
  expect(failure.code).toBe("NO_HOST")
})

test("of two that don't say which is the later one, connections stay with the one that is used", async () => {
  const answers: Answers = { two: untold }
  const { choice } = choiceOf(answers)
  expect(await choice.choose()).toBe(TWO)
  answers.one = untold
  expect(await choice.choose()).toBe(TWO)
  answers.two = standby
  expect(await choice.choose()).toBe(ONE)
})

test("a host that never answers holds nobody up once another one takes writes", async () => {
  const never = new Promise<HostState>(() => {})
  expect(await choiceOf({ one: never, two: untold }).choice.choose()).toBe(TWO)
})

test("whoever uses a host is told when another one is promoted, without asking, until it leaves", async () => {
  const primary = system()
  const answers: Answers = { one: primary(1), two: standby }
  const { choice, closed } = choiceOf(answers)
  const told: string[] = []
  const leave = choice.follow(({ name }) => told.push(name))
  await choice.choose()
  expect([told, closed]).toEqual([[], []])
  answers.two = primary(2)
  await waitFor("it to be told", () => told.length > 0)
  expect(told).toEqual(["two"])
  leave()
  expect(closed.sort()).toEqual(["one", "three", "two"])
})

test("where any host will do, it is the first that answers", async () => {
  expect(await choiceOf({ two: standby, three: untold }, false).choice.choose()).toBe(TWO)
  const failure = await choiceOf({}, false)
    .choice.choose()
    .catch((error) => error)
  expect(failure.message).toContain("one: refused; two: refused; three: refused")
})
