/** Whose turn it is where many read the parts of many files. */

import { expect, test } from "bun:test"
import { PartReads } from "./part-reads"

/** Parts that are read once they are let. */
function parts() {
  const asked: { what: string; answer: PromiseWithResolvers<string | null> }[] = []
  const reads = new PartReads((poll, part) => {
    const answer = Promise.withResolvers<string | null>()
    asked.push({ what: `${poll}/${part}`, answer })
    return answer.promise
  })
  /** The part that is read next. */
  const nth = async (n: number) => {
    while (asked.length <= n) await Bun.sleep(0)
    return asked[n]
  }
  return { asked: () => asked.map(({ what }) => what), nth, reads }
}

test("a crowd that asks for a part of a file has it read once", async () => {
  const { asked, nth, reads } = parts()
  const busy = reads.read(7, 0)
  const crowd = Array.from({ length: 1_000 }, () => reads.read(8, 0))
  ;(await nth(0))?.answer.resolve("first")
  expect(await busy).toBe("first")
  ;(await nth(1))?.answer.resolve("second")
  expect(new Set(await Promise.all(crowd))).toEqual(new Set(["second"]))
  expect(asked()).toEqual(["7/0", "8/0"])
})

test("however many parts of one poll are asked for, one of another poll comes after the next of them, and one part at a time", async () => {
  const { asked, nth, reads } = parts()
  const many = Array.from({ length: 50 }, (_, part) => reads.read(7, part))
  const others = [reads.read(8, 3), reads.read(9, 0)]
  for (let n = 0; n < 52; n++) {
    ;(await nth(n))?.answer.resolve("read")
    if (n > 0) expect(asked().length).toBe(n + 1)
  }
  await Promise.all([...many, ...others])
  expect(asked().slice(0, 5)).toEqual(["7/0", "7/1", "8/3", "9/0", "7/2"])
})

test("a part that can't be read keeps no other one from it, and is read anew for who asks again", async () => {
  const { nth, reads } = parts()
  const failing = reads.read(7, 0)
  const next = reads.read(7, 1)
  ;(await nth(0))?.answer.reject(new Error("away"))
  await expect(failing).rejects.toThrow("away")
  ;(await nth(1))?.answer.resolve(null)
  expect(await next).toBeNull()
  const again = reads.read(7, 0)
  ;(await nth(2))?.answer.resolve("1: 1\n")
  expect(await again).toBe("1: 1\n")
})
