/** How sizes and times are said. */

const MEGABYTE = 1_000_000

export const megabytes = (bytes: number): string =>
  `${(bytes / MEGABYTE).toLocaleString("en", { maximumFractionDigits: 1 })} MB`

/** To the second, in UTC. */
export const moment = (time: Date | string): string => `${new Date(time).toISOString().slice(0, 19)}Z`
