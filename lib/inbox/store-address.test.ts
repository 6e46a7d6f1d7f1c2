import { expect, test } from "bun:test"
import { readStoreAddress } from "./store-address"

test.each([
  ["redis://vote:100%sure@h", { user: "vote", password: "100%sure" }],
  ["redis://vote:a%40b@h", { password: "a@b" }],
  ["redis://vote:a%ff@h", { password: "a%ff" }],
  ["rediss://default:p@[::1]:6380/2", { scheme: "rediss", host: "::1", port: "6380", path: "2" }],
  ["amqp://u:p@h/%2F", { path: "/" }],
  ["redis://", { host: "localhost", port: "", user: "", password: "" }],
])("%s is read as people mean it", (url, parts) => {
  expect(readStoreAddress(url)).toMatchObject(parts)
})
