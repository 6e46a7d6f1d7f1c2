/** What one process may do, by the defaults of its settings. */

import { readSettings } from "@tallyroom/lib/process/settings"
import { settings } from "../../../apps/result/settings"
import { settings as voteSettings } from "../../../apps/vote/settings"
import type { LiveLimits } from "./work"

const { DELIVERIES_PER_SECOND, MAX_VIEWERS } = settings
const { ASKS_PER_SECOND } = voteSettings

export function liveLimits(): LiveLimits {
  const set = readSettings({ DELIVERIES_PER_SECOND, MAX_VIEWERS, ASKS_PER_SECOND }, {})
  return {
    ...{ deliveriesPerSecond: set.DELIVERIES_PER_SECOND, mostViewers: set.MAX_VIEWERS },
    asksPerSecond: set.ASKS_PER_SECOND,
  }
}
