/** A voter: 16 bytes of HMAC, which the inbox knows as 22 characters of base64url and Postgres as a uuid. */

/** The shard in which a voter always falls: the first 24 bits of the voter over the number of shards. */
export function shardOf(voter: string, shards: number): number {
  return Buffer.from(voter.slice(0, 4), "base64url").readUIntBE(0, 3) % shards
}

/** The voter as Postgres reads a uuid: 32 hexadecimal digits. */
export function uuidOfVoter(voter: string): string {
  return Buffer.from(voter, "base64url").toString("hex")
}

/** The voter that a uuid of Postgres stands for. */
export function voterOfUuid(uuid: string): string {
  return Buffer.from(uuid.replaceAll("-", ""), "hex").toString("base64url")
}
