/** The choices of a poll, in the order in which they are offered. */

import type { Poll } from "@tallyroom/lib/polls/poll"

/** How many options a ballot chooses: one, as many as two numbers say, or as many as it likes. */
export const CHOICES = ["one", "several", "all"] as const
export const POLICIES = ["final", "changeable"] as const satisfies Poll["policy"][]
export const RESULTS_MODES = ["live", "after-vote", "after-close"] as const satisfies Poll["results"][]
/** Whether voters confirm their choice: by the default of the policy, always, or never. */
export const CONFIRMATIONS = ["auto", "yes", "no"] as const
export const ELIGIBILITIES = ["browser", "code", "network"] as const satisfies Poll["eligibility"][]
