import { expect, test } from "bun:test"
import { addressFault, REDIS_RULES } from "./inbox/store-address"
import { readAddress } from "./postgres/address"

test.each([
  ["sslmod=require", 'has the unknown parameter "sslmod": did you mean "sslmode"? Otherwise leave it out'],
  ["SSLMode=require", 'has the unknown parameter "SSLMode": did you mean "sslmode"? Otherwise leave it out'],
  ["colour=red", 'has the unknown parameter "colour": leave it out'],
  [
    "sslrotcert=a&colour=red",
    'has the unknown parameters "sslrotcert", "colour": did you mean "sslrootcert"? Otherwise leave them out',
  ],
])("of ?%s of a Postgres is said what was meant", (query, told) => {
  expect(() => readAddress(`postgres://u:hunter2@h/d?${query}`)).toThrow(told)
})

test("of parameters of a Redis likewise", () => {
  const fault = (query: string) => addressFault(`rediss://h?${query}`, REDIS_RULES)
  expect(fault("familly=4")).toStartWith('has the unknown parameter "familly": did you mean "family"?')
  expect(fault("tls=true")).toStartWith('has the unknown parameter "tls": leave it out')
})
