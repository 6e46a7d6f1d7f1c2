/** Limits of polls that pages need, too. They are apart from the schemas, which browsers should not load. */

export const MAX_OPTIONS = 50

/** The best rating that a poll may offer. */
export const HIGHEST_RATING = 10
