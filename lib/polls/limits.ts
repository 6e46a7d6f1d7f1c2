/** Limits of polls that pages need, too. They are apart from the schemas, which browsers should not load. */

export const MAX_OPTIONS = 50

/** The best rating that a poll may offer. */
export const HIGHEST_RATING = 10

/** The most people of whom a host may say that they are eligible: so many that parts of them are exact, and more than a poll has codes. */
export const MAX_ELIGIBLE = 1_000_000_000
