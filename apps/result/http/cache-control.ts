/** Who may keep an answer, and for how long. */

/** A CDN asks once a second, however many people look. */
export const PUBLIC_FOR_A_SECOND = "public, max-age=1"
/** The answer is for this reader alone, or may be wrong in a moment. */
export const PRIVATE = "private, no-store"
