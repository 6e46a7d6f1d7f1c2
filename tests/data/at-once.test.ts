import { expect, test } from "bun:test"
import { atOnce } from "../../scripts/data/casting/at-once"
import { Turns } from "../../scripts/data/casting/turns"

async function* failing() {
  yield 1
  throw new Error("no more items")
}

test("work under way has ended when the items fail", async () => {
  const done: number[] = []
  const slowly = async (item: number) => {
    await Bun.sleep(20)
    done.push(item)
  }
  await expect(atOnce(failing(), 4, slowly)).rejects.toThrow("no more items")
  expect(done).toEqual([1])
})

test("work under one name waits its turn, and is not begun after a failure", async () => {
  const turns = new Turns()
  const begun: string[] = []
  const work =
    (name: string, fails = false) =>
    async () => {
      begun.push(name)
      await Bun.sleep(5)
      if (fails) throw new Error(`${name} failed`)
    }
  const all = [
    turns.take("ann", work("ann 1")),
    turns.take("ann", work("ann 2", true)),
    turns.take("ann", work("ann 3")),
    turns.take("bob", work("bob 1")),
  ]
  expect(begun).toEqual(["ann 1", "bob 1"])
  const [, , last] = await Promise.allSettled(all)
  expect(last).toMatchObject({ status: "rejected", reason: { message: "ann 2 failed" } })
  expect(begun).toEqual(["ann 1", "bob 1", "ann 2"])
})
