import { expect, test } from "bun:test"
import { logEachCause } from "./cause-log"

const coded = (code: string, message = "refused") => Object.assign(new Error(message), { code })

test("a cause is logged at once, and then every ten seconds at most; another one at once as well", () => {
  let now = 1_000_000
  const logged: unknown[] = []
  const log = logEachCause({ warn: ({ err }: { err: unknown }) => void logged.push(err) }, "away", () => now)
  for (let second = 0; second < 25; second++) {
    log(new Error("no answer", { cause: coded("53300") }))
    if (second === 3) log(coded("25006"))
    if (second === 4)
      for (const reply of ["READONLY no", "LOADING wait", "READONLY no"])
        log(new Error("away", { cause: new Error(reply) }))
    now += 1_000
  }
  const causes = logged.map(
    (it) => ((it as Error).cause as Error | undefined)?.message ?? (it as { code?: string }).code,
  )
  expect(causes).toEqual(["refused", "25006", "READONLY no", "LOADING wait", "refused", "refused"])
})

test("whatever is thrown can be logged", () => {
  const logged: unknown[] = []
  const log = logEachCause({ warn: ({ err }: { err: unknown }) => void logged.push(err) }, "away")
  for (const thrown of [undefined, null, "x", new Error("y")]) log(thrown)
  expect(logged).toEqual([undefined])
})
