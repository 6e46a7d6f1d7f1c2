/** Where people vote, as seen from where they are. */

import { isOwnMachine } from "@tallyroom/lib/http/reachable"

export { reachableFrom as voteAddressFor } from "@tallyroom/lib/http/reachable"

/** An address as people type it: "vote.example/polls/lunch". */
export function typed(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "")
}

/** The host of an address that names this machine alone, such as "localhost": no phone can reach it. Else null, as for no address. */
export function unreachableHost(address: string): string | null {
  return address !== "" && isOwnMachine(address) ? new URL(address).hostname : null
}
