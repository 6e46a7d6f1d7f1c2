/** A backup of an empty server must not be taken for one of the server before it. */

import { expect, test } from "bun:test"
import { isOfSeveral, serverOf } from "./servers"

const before = { systemId: "7713457110957588496" }
const anew = { systemId: "7713457999999999999" }

test("backups of one server are not told apart", () => {
  expect(isOfSeveral([before, before])).toBe(false)
  expect(serverOf(before, [before, before])).toBe("")
})

test("each backup names its server where there are several", () => {
  expect(isOfSeveral([before, anew])).toBe(true)
  expect(serverOf(anew, [before, anew])).toBe("server 7713457999999999999")
})
