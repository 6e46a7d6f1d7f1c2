import { expect, test } from "bun:test"
import { replicasFault, replicasFaults } from "./replicas"

const info = (version: string, replicas: number) =>
  `# Server\r\nredis_version:${version}\r\n# Replication\r\nconnected_slaves:${replicas}\r\n`

test.each([
  ["nobody waits", info("7.0.15", 0), 0, null],
  [
    "Redis is too old",
    info("7.0.15", 2),
    1,
    /^Redis 7\.0\.15 can't wait .*\(INBOX_REPLICAS=1\): Redis 7\.2 or later/,
  ],
  ["enough replicas follow", info("7.2.4", 2), 2, null],
  ["too few follow", info("8.0.1", 1), 2, /^only 1 of the 2 replicas follow/],
  ["INFO may not be asked for", "", 1, null],
])("where %s it is said so, or nothing", (_, text, replicas, fault) => {
  const found = replicasFault(text, replicas)
  if (fault === null) expect(found).toBeNull()
  else expect(found).toMatch(fault)
})

test("a broker has no replicas of Redis to wait for", () => {
  expect(replicasFaults({ INBOX_REPLICAS: 1, INBOX_URL: "nats://h" })).toEqual([
    expect.stringContaining("a broker holds the ballots"),
  ])
  expect(replicasFaults({ INBOX_REPLICAS: 1, INBOX_URL: "" })).toEqual([])
  expect(replicasFaults({ INBOX_REPLICAS: 0, INBOX_URL: "nats://h" })).toEqual([])
})
