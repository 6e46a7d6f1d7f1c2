import { expect, test } from "bun:test"
import { createLog } from "./logging"

test("the log is JSON and masks the password of any address, wherever it occurs", () => {
  const lines: string[] = []
  const log = createLog("test", "info", { write: (text) => lines.push(text) })
  log.error(
    { err: new Error("can't reach redis://vote:hunter2@h:6379/0"), url: "postgres://a:hunter3@h/d" },
    "x",
  )
  const line = lines.join("")
  expect(JSON.parse(line)).toMatchObject({ level: "error", app: "test", message: "x" })
  expect(line).not.toContain("hunter")
  expect(line).toContain("redis://vote:***@h:6379/0")
})
