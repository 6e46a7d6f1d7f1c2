import { expect, test } from "bun:test"
import { z } from "zod"
import { createLog } from "./logging"
import { readSettings, setting } from "./settings"

test.each([
  ["postgres://a:hunter2@b@h/d", "postgres://a:***@h/d"],
  ["postgres://a:hunter2#@h/d?x=1 is away", "postgres://a:***@h/d?x=1 is away"],
  ['postgres://a:hunter2"@h/d', "postgres://a:***@h/d"],
  ["postgres://h/d?PassWord=hunter2&x=1", "postgres://h/d?PassWord=***&x=1"],
  ["postgres://a:hunter2/@h:1,i:2/d", "postgres://a:***@h:1,i:2/d"],
  ["nats://a:hunter2@h,nats://a:hunter2@i", "nats://a:***@h,nats://a:***@i"],
  [
    "postgres:///d?user=a&password=hunter2&sslpassword=hunter2",
    "postgres:///d?user=a&password=***&sslpassword=***",
  ],
])("the password in %s is masked as it may be pasted", (address, masked) => {
  const lines: string[] = []
  createLog("test", "info", { write: (text) => lines.push(text) }).info({ address, other: "x@y" }, "said")
  expect(JSON.parse(lines.join(""))).toMatchObject({ address: masked, other: "x@y" })
})

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

test.each([
  ["postgres://a:pa ss word@h/d", "can't reach postgres://a:pa ss word@h/d"],
  ["redis://a:hunter%202!@h:6379/0", "the password hunter 2! is too long"],
  ["postgres://h/d?user=a&password=hun ter2", "hun ter2 is refused"],
])("no line has the password of %s, which this process was given", (address, message) => {
  const DATABASE_URL = setting({ schema: z.string(), secret: true, description: "" })
  readSettings({ DATABASE_URL }, { DATABASE_URL: address })
  const lines: string[] = []
  createLog("test", "info", { write: (text) => lines.push(text) }).info({ err: new Error(message) }, message)
  expect(lines.join("")).toContain("***")
  expect(lines.join("")).not.toMatch(/hun|ter2|pa ss|word@/)
})
