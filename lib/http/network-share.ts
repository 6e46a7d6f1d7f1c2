/** How much of what there is only so much of one network may take. */

import { integer, setting } from "../process/settings"

/** Half, as an auditorium behind one address is one network, and a process has room for thousands. */
export const networkShare = setting({
  schema: integer(1, 100),
  default: "50",
  description:
    "Percent of MAX_VIEWERS, and of POSTS_LIMIT in a day, that one network (an IPv4 address, a /64) may take. 100 if all come through one address, such as a proxy's that is not in TRUSTED_PROXIES.",
})

/** What one network may take of so many, at least one. */
export function shareOf(most: number, percent: number): number {
  return Math.max(1, Math.floor((most * percent) / 100))
}
