/**
 * The order in which one voter sees the options of a poll that shows them at random. It is made anew for each page and stored nowhere: the
 * same visitor sees the same order of a poll again, whichever vote app serves the page, and nobody else can tell it.
 *
 * The shuffle is that of Fisher and Yates in the form of Durstenfeld (Communications of the ACM 7, 1964, algorithm 235). It draws its places
 * from the 256 bits of one HMAC, digit by digit in the factorial number system. There are fewer than 2^215 orders of 50 options, so that by the
 * remainder no order comes up more often than another by more than a part in 2^41.
 */

import { keyed } from "@tallyroom/lib/ballots/keyed"
import type { Poll } from "@tallyroom/lib/polls/poll"

const DIGEST_BYTES = 32

/**
 * The ids of the poll's options in the order that belongs to this seed (order-seed.ts). The order in which the host has written them makes no difference to it, so that a
 * host who moves an option moves none on an open ballot.
 */
export function ownOrder({ salt, options }: Pick<Poll, "salt" | "options">, seed: string): string[] {
  const order = options.map((option) => option.id).sort()
  let bits = BigInt(`0x${keyed(salt, `order ${seed}`, DIGEST_BYTES).toString("hex")}`)
  for (let last = order.length - 1; last > 0; last--) {
    const places = BigInt(last + 1)
    swap(order, last, Number(bits % places))
    bits /= places
  }
  return order
}

function swap(list: string[], one: number, other: number): void {
  const [first, second] = [list[one], list[other]]
  if (first === undefined || second === undefined)
    throw new Error(`The list has no places ${one} and ${other}.`)
  list[one] = second
  list[other] = first
}
