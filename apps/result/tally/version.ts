/** Versions of snapshots. A browser compares them too, so this file imports nothing. */

/*
 * The parts of a version, the most significant first: the revision of the poll; how often its votes changed (0 in a hidden
 * snapshot, which must not betray it); the step of the schedule (2 bits); whether counts are shown (1 bit). Each part only
 * grows while those before it stay the same, so versions only grow. These parts decide all that a snapshot holds, so equal
 * versions are equal snapshots, whichever replica made them. 2^53 is enough for 32,768 revisions with 17 billion changes each.
 */
const REVISION = 2 ** 38
const VOTES = 8
const STEP = 2

export type VersionParts = { revision: number; changes: number; step: number; full: boolean }

export function composeVersion({ revision, changes, step, full }: VersionParts): number {
  return revision * REVISION + changes * VOTES + step * STEP + (full ? 1 : 0)
}

/** Whether snapshots of one poll with these versions are the same but for their votes. */
export function differInVotesAlone(one: number, other: number): boolean {
  return Math.floor(one / REVISION) === Math.floor(other / REVISION) && one % VOTES === other % VOTES
}
