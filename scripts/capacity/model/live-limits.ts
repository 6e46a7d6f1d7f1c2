/** What one result process may do, by the defaults of its settings. */

import { readSettings } from "@tallyroom/lib/process/settings"
import { settings } from "../../../apps/result/settings"
import type { LiveLimits } from "./work"

const { DELIVERIES_PER_SECOND, MAX_VIEWERS } = settings

export function liveLimits(): LiveLimits {
  const set = readSettings({ DELIVERIES_PER_SECOND, MAX_VIEWERS }, {})
  return { deliveriesPerSecond: set.DELIVERIES_PER_SECOND, mostViewers: set.MAX_VIEWERS }
}
