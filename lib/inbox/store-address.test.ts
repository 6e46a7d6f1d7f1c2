import { expect, test } from "bun:test"
import { addressFault, REDIS_RULES, readStoreAddress } from "./store-address"

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

test.each(["redis://bob:12?Secret1=x@h/0", "redis://bob:12?family=x@h/0", "rediss://:?Secret1=x@h:6379/0"])(
  "of %s nothing is shown, as its password may have a ?",
  (url) => {
    expect(addressFault(url, REDIS_RULES)).toMatch(/^[^1x]*\? as %3F[^1x]*$/)
  },
)

test.each([
  "amqp://bob:12/Secret@h:5672/vhost",
  "amqp://bob:Secret@12/Secret@h:5672/vhost",
  "nats://bob:12/Secret@h:4222",
  "rediss://bob:12/Secret@h:6379/0",
])("%s does not lead elsewhere by what its password holds, of which nothing is shown", (url) => {
  expect(
    addressFault(url, { ...REDIS_RULES, schemes: ["rediss", "nats", "amqp"], hasNumber: false }),
  ).toMatch(/^[^1S]*\/ as %2F[^1S]*$/)
})
