import { expect, test } from "bun:test"
import { takingTurns } from "./rounds"

test("what takes turns is measured once a round, one after the other, and each round begins with another", async () => {
  const begun: string[] = []
  let atOnce = 0
  const measure = async (name: string) => {
    expect(++atOnce).toBe(1)
    begun.push(name)
    await Bun.sleep(0)
    atOnce--
    return name.toUpperCase()
  }
  for (const round of [0, 1, 2, 3])
    expect(await takingTurns(round, ["a", "b", "c"], measure)).toEqual({ a: "A", b: "B", c: "C" })
  expect(begun.join("")).toBe("abcbcacababc")
})
