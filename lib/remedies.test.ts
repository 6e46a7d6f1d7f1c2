import { expect, test } from "bun:test"
import { unconnected } from "./health"

test.each([
  ["Postgres", "unable to verify the first certificate", /: set sslrootcert in its address to the file/],
  ["Redis", "self signed certificate in certificate chain", /: set REDIS_CA to the file/],
  ["NATS", "self-signed certificate", /: set INBOX_CA to the file/],
  ["RabbitMQ", "unable to get local issuer certificate", /: set INBOX_CA to the file/],
  [
    "Postgres",
    'no pg_hba.conf entry for host "::1", user "u", database "d", no encryption',
    /: write sslmode=require or sslmode=verify-full into its address/,
  ],
  ["Postgres", 'permission denied for database "d"', /: run GRANT CONNECT ON DATABASE "d" TO this user$/],
  [
    "Postgres",
    "transaction blocks not allowed in statement pooling mode",
    /: set pool_mode=transaction or session in the pooler before it$/,
  ],
  [
    "Postgres",
    'could not extend file "base/1/2": No space left on device',
    /: make room on the disk of Postgres$/,
  ],
  ["Postgres", "canceling statement due to lock timeout", /: end what holds the tables for long/],
  ["Redis", "connect ECONNREFUSED", /ECONNREFUSED$/],
] as const)("of %s that can't be reached (%s) is said what mends it", (store, reason, told) => {
  expect(unconnected(store, new Error(reason))).toMatch(told)
})
