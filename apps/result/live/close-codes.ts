/** The codes with which the server ends a viewer's connection (RFC 6455, section 7.4). */

/** The server stops. The viewer connects again. */
export const GOING_AWAY = 1001
export const UNSUPPORTED_DATA = 1003
export const POLICY_VIOLATION = 1008
/** The poll does not exist any more, or not for this viewer. */
export const POLL_GONE = 4_410
