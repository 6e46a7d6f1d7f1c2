import { expect, test } from "bun:test"
import { floodOf } from "./ab"

/** As ab 2.3 prints it. */
const REPORT = `Concurrency Level:      64
Time taken for tests:   2.004 seconds
Complete requests:      4321
Failed requests:        20
   (Connect: 0, Receive: 0, Length: 20, Exceptions: 0)
Non-2xx responses:      21
Total transferred:      1 bytes`

test("what ab reports is read as votes that were accepted and refused, whatever the lengths of the answers", () => {
  expect(floodOf(REPORT, 0)).toEqual({ seconds: 2.004, accepted: 4300, refused: 21 })
})

test("a flood by ab with failed connections or without an end says so in the place of a figure", () => {
  expect(() => floodOf(REPORT.replace("Receive: 0", "Receive: 3"), 0)).toThrow("connections failed")
  expect(() => floodOf("apr_socket_recv: Connection reset by peer (104)", 104)).toThrow(
    "ab ended with code 104",
  )
})
