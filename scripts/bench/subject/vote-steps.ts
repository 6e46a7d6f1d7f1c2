/** The steps of accepting a vote, each with all those before it. */

export const STEPS = ["answer", "route", "ballot", "voter", "inbox"] as const
export type Step = (typeof STEPS)[number]
