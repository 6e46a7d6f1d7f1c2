/** The data commands where the vote app promises nothing before a vote is counted. */

import { expect, setDefaultTimeout, test } from "bun:test"
import { command } from "./commands"
import { useRoom } from "./room"

const room = useRoom("rabbitmq")
setDefaultTimeout(120_000)

test("an import says that its ballots were received, and at every run again", async () => {
  await room().poll("received")
  const rows = Array.from({ length: 20 }, (_, i) => [`received,a,v${i}`, `received,b,v${i}`]).flat()
  const file = await room().file("received.csv", ["poll,option,voter", ...rows])
  for (let run = 0; run < 2; run++) {
    const { code, out } = await command("import", [file], room().env)
    expect([code, out.trim()]).toEqual([0, "40 received (counting decides whether they stand), 0 refused"])
  }
  await room().untilTally("received", { a: 20, b: 0 })
})

test("seeding says so, too, and waits until the votes are counted", async () => {
  await room().poll("sown")
  const words = ["--poll", "sown", "--voters", "5", "--votes", "50"]
  const { out } = await command("seed", words, room().env)
  expect(out).toContain("50 received (counting decides which stand)")
  expect(out).toEndWith("5 votes\n")
})
