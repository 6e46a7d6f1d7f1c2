/** Whether what sentinels say rules out that another Redis took the master's place before they said it. */

import type { NamedMaster } from "./sentinel-place"

/** What one sentinel says of the master, and how it has voted. */
export type SentinelReport = NamedMaster & {
  /** The latest election in which it has voted for a sentinel that wants to replace the master. */
  votedEpoch: number
}

/**
 * Nobody replaces a master before most of the sentinels have voted for it, in an election that is later than the one by which the master
 * became it. So where most of them have voted in none, no other has been chosen yet.
 * @param said by each sentinel; null for one that says nothing
 * @param areOver whether all elections were so long ago that whoever won one does nothing any more
 * @returns `replaced` where one of them says that another takes its place; `unknown` where too few rule that out
 */
export function judge(
  master: { host: string; port: number },
  said: readonly (SentinelReport | null)[],
  areOver: boolean,
): "stays" | "replaced" | "unknown" {
  const reports = said.filter((it) => it !== null)
  const naming = reports.filter(({ host, port }) => host === master.host && port === master.port)
  const latest = Math.max(-1, ...naming.map(({ epoch }) => epoch))
  const isNewer = (it: SentinelReport) => !naming.includes(it) && it.epoch >= latest
  if (reports.some((it) => it.isBeingReplaced || isNewer(it))) return "replaced"
  const all = countOf(said)
  // Whoever was elected says so as long as it is at work.
  const isNoneAtWork = areOver || reports.length === all
  const sure = naming.filter((it) => !it.isDown && (it.votedEpoch <= it.epoch || isNoneAtWork))
  return sure.length * 2 > all ? "stays" : "unknown"
}

/** How many sentinels there are: those that were asked, or more where one of them knows more. */
export function countOf(said: readonly (SentinelReport | null)[]): number {
  return Math.max(said.length, ...said.map((it) => it?.sentinels ?? 0))
}

/** Why a sentinel does not rule it out, in words that follow its name. */
export function doubtOf(report: SentinelReport, master: { host: string; port: number }): string {
  const { host, port } = report
  if (report.isBeingReplaced) return "puts another Redis in the place of the master"
  if (host !== master.host || port !== master.port) return `names the master ${host}:${port}`
  if (report.isDown) return "takes the master for down"
  if (report.votedEpoch > report.epoch) return "has voted for a sentinel that wants to replace the master"
  return "knows of no other"
}
