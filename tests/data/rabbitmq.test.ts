/** The data commands where the vote app promises nothing before a vote is counted. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { runDataCommand } from "./commands"
import { useInstance } from "./instance"

const instance = useInstance("rabbitmq")
setDefaultTimeout(120_000)

test("an import says that its ballots were received, and at every run again", async () => {
  await instance().poll("received")
  const rows = Array.from({ length: 20 }, (_, i) => [`received,a,v${i}`, `received,b,v${i}`]).flat()
  const file = await instance().file("received.csv", ["poll,option,voter", ...rows])
  for (let run = 0; run < 2; run++) {
    const { code, out } = await runDataCommand("import", [file], instance().env)
    expect([code, out.trim()]).toEqual([0, "40 received (counting decides whether they stand), 0 refused"])
  }
  await instance().untilTally("received", { a: 20, b: 0 })
})

test("seeding says that its ballots were received, too, and waits until the votes are counted", async () => {
  await instance().poll("sown")
  const words = ["--poll", "sown", "--voters", "5", "--votes", "50"]
  const { out } = await runDataCommand("seed", words, instance().env)
  expect(out).toContain("50 received (counting decides which stand)")
  expect(out).toEndWith("5 votes\n")
})
