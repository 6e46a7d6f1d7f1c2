/** Where people vote, as seen from where they are. */

export { reachableFrom as voteAddressFor } from "@tallyroom/lib/http/reachable"

/** An address as people type it: "vote.example/polls/lunch". */
export function typed(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/$/, "")
}
