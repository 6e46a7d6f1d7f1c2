import { expect, test } from "bun:test"
import { Turns } from "./turns"

/** Work that goes on until it is ended. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, resolve }
}

test("no more goes on at once than there are turns, and what waits comes in its order, also after a failure", async () => {
  const turns = new Turns(2)
  const works = [held(), held(), held(), held()]
  const began: number[] = []
  const done = works.map(({ promise }, i) =>
    turns.take(async () => {
      began.push(i)
      await promise
      if (i === 0) throw new Error("broken")
      return i
    }),
  )
  await Bun.sleep(0)
  expect(began).toEqual([0, 1])
  works[0]?.resolve()
  await expect(done[0]).rejects.toThrow("broken")
  await Bun.sleep(0)
  expect(began).toEqual([0, 1, 2])
  for (const { resolve } of works) resolve()
  expect(await Promise.all(done.slice(1))).toEqual([1, 2, 3])
  expect(await turns.take(async () => "free again")).toBe("free again")
})
