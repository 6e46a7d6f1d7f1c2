import { expect, test } from "bun:test"
import fc from "fast-check"
import { shardOf, uuidOfVoter, voterOfUuid } from "./voter"

const voters = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("base64url"))

test("a voter that Postgres keeps as a uuid is read back as the same voter", () => {
  expect(uuidOfVoter("AZkAAABwAAAAAAAAAAAAAQ")).toBe("01990000007000000000000000000001")
  expect(voterOfUuid("01990000-0070-0000-0000-000000000001")).toBe("AZkAAABwAAAAAAAAAAAAAQ")
  fc.assert(
    fc.property(voters, (voter) => {
      const digits = uuidOfVoter(voter)
      const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
      expect(uuid).toHaveLength(36)
      expect([voterOfUuid(digits), voterOfUuid(uuid)]).toEqual([voter, voter])
    }),
  )
})

test("voters are spread evenly over the shards, and each falls into the same one every time", () => {
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4_000; i++) {
    const voter = new Bun.CryptoHasher("sha256").update(`${i}`).digest().subarray(0, 16).toString("base64url")
    const shard = shardOf(voter, counts.length)
    expect(shardOf(voter, counts.length)).toBe(shard)
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})
