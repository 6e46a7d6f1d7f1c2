/** Files of ballots for a crowd. */

import { expect, test } from "bun:test"
import { BallotFiles } from "./ballot-files"

/** A thread that reads each file once it is let. */
function thread() {
  const asked: { poll: number; answer: PromiseWithResolvers<string | null> }[] = []
  const ballots = (poll: number) => {
    const answer = Promise.withResolvers<string | null>()
    asked.push({ poll, answer })
    return answer.promise
  }
  const polls = () => asked.map(({ poll }) => poll)
  return { asked, polls, files: new BallotFiles({ ballots }) }
}

test("a crowd that asks for the ballots of a poll has them read once, and the next poll waits for its turn", async () => {
  const { asked, polls, files } = thread()
  const crowd = Array.from({ length: 1_000 }, () => files.read(7))
  const next = files.read(8)
  await Bun.sleep(0)
  expect(polls()).toEqual([7])
  asked[0]?.answer.resolve("5: 1,2\n")
  const [first, ...others] = await Promise.all(crowd)
  expect(await first?.text()).toBe("5: 1,2\n")
  expect(others.every((file) => file === first)).toBe(true)
  while (asked.length < 2) await Bun.sleep(0)
  expect(polls()).toEqual([7, 8])
  asked[1]?.answer.resolve(null)
  expect(await next).toBeNull()
})

test("whoever comes after a file that could not be read has it read again", async () => {
  const { asked, polls, files } = thread()
  const failing = files.read(7)
  while (asked.length < 1) await Bun.sleep(0)
  asked[0]?.answer.reject(new Error("away"))
  await expect(failing).rejects.toThrow("away")
  const again = files.read(7)
  while (asked.length < 2) await Bun.sleep(0)
  asked[1]?.answer.resolve("1: 1\n")
  expect(await (await again)?.text()).toBe("1: 1\n")
  expect(polls()).toEqual([7, 7])
})
