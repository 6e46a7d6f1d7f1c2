import { expect, test } from "bun:test"
import { addressFault, namesCluster, REDIS_RULES, readStoreAddress } from "./store-address"

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

test.each([
  ["redis://h", false],
  ["redis://h?cluster=false", false],
  ["redis://h?cluster=true", true],
  ["redis://a,b", true],
  ["redis://a,b?sentinel=mymaster", false],
])("%s names a cluster: %p", (url, isCluster) => {
  expect(namesCluster(readStoreAddress(url))).toBe(isCluster)
})

test("an address names several servers behind one user and password", () => {
  const address = readStoreAddress("rediss://vote:a,b@[::1]:6379, h2 ,h3:6381/0?family=6")
  expect(address).toMatchObject({ scheme: "rediss", user: "vote", password: "a,b", path: "0", host: "::1" })
  expect(address.servers).toEqual([
    { host: "::1", port: "6379" },
    { host: "h2", port: "" },
    { host: "h3", port: "6381" },
  ])
  expect(address.parameters.get("family")).toBe("6")
})

test("user and password before each server are refused, and none is shown", () => {
  const fault = addressFault("redis://vote:Secret1@h1:6379,vote:Secret2@h2:6379", REDIS_RULES)
  expect(fault).toMatch(/^must name user and password once[^S]*$/)
  expect(addressFault("redis://vote:a%40b,c@h1,h2", REDIS_RULES)).toBeNull()
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
