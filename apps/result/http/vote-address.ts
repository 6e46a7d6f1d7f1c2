/** The address at which people vote, as their device can reach it. */

import { isOwnMachine } from "@tallyroom/lib/http/reachable"

export { reachableFrom as voteAddressFor } from "@tallyroom/lib/http/reachable"

/** An address as people type it, such as "vote.example/polls/lunch". */
export function withoutScheme(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "")
}

/** The host of an address that only this machine can reach, such as "localhost"; null for any other address, and for "". */
export function unreachableHost(address: string): string | null {
  return address !== "" && isOwnMachine(address) ? new URL(address).hostname : null
}
