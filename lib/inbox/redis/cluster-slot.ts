/** In which slot of a Redis Cluster the keys of a shard are: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ */

import { keys } from "../keys"

const SLOTS = 16_384
/** CRC16 as XMODEM has it: the first bit first, and nothing turned around. */
const POLYNOMIAL = 0x1021

/** The slot of all keys of a shard, by their hash tag. */
export function slotOfShard(shard: number): number {
  const tag = /\{(.+?)\}/.exec(keys.fence(shard))?.[1] ?? ""
  return crc16(tag) % SLOTS
}

/** @param text of ASCII characters alone */
export function crc16(text: string): number {
  let sum = 0
  for (const byte of Buffer.from(text)) {
    sum ^= byte << 8
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x8000 ? (sum << 1) ^ POLYNOMIAL : sum << 1
    sum &= 0xffff
  }
  return sum
}
