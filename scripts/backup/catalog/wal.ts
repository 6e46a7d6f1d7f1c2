/**
 * WAL in the storage. Each file is an object of its own, whose name has the digest of what is stored:
 *   wal/SYSTEM/000000010000000000000003-SHA256.zst          a whole segment
 *   wal/SYSTEM/000000010000000000000004.partial-SHA256.zst  what had been received of one
 *   wal/SYSTEM/00000002.history-SHA256.zst                  where a timeline began
 */

import type { Storage, Stored } from "../storage/storage"

export interface WalObject extends Stored {
  /** As Postgres names the file. */
  readonly file: string
  readonly timeline: number
  /** The segment's number, counted from the beginning of all WAL; -1 of a history. */
  readonly place: number
  readonly isPartial: boolean
  readonly sha256: string
}

const OBJECT =
  /^wal\/\d+\/([0-9A-F]{8})(?:([0-9A-F]{8})([0-9A-F]{8}))?(\.partial|\.history)?-([0-9a-f]{64})\./
const BYTES_OF_A_LOG = 2 ** 32

export const isSegment = (file: string) => /^[0-9A-F]{24}$/.test(file)
export const isPartial = (file: string) => /^[0-9A-F]{24}\.partial$/.test(file)
export const isHistory = (file: string) => /^[0-9A-F]{8}\.history$/.test(file)
export const timelineOf = (file: string) => Number.parseInt(file.slice(0, 8), 16)

/** The number of the segment that holds a place such as 0/2000028. */
export function placeOf(lsn: string, segmentBytes: number): number {
  const [log = 0, offset = 0] = lsn.split("/").map((part) => Number.parseInt(part, 16))
  return log * (BYTES_OF_A_LOG / segmentBytes) + Math.floor(offset / segmentBytes)
}

const folderOf = (systemId: string) => `wal/${systemId}/`

export const walName = (systemId: string, file: string, sha256: string, suffix: string) =>
  `${folderOf(systemId)}${file}-${sha256}${suffix}`

/** All WAL of a server, in order; of one file there may be several objects. */
export async function readWal(
  storage: Storage,
  systemId: string,
  segmentBytes: number,
): Promise<WalObject[]> {
  const all = await storage.list(folderOf(systemId))
  return all.flatMap((stored) => walObject(stored, segmentBytes) ?? [])
}

function walObject(stored: Stored, segmentBytes: number): WalObject | undefined {
  const [found, timeline = "", log, segment, kind, sha256 = ""] = OBJECT.exec(stored.name) ?? []
  if (found === undefined) return undefined
  const numbers = [log, segment].map((part) => Number.parseInt(part ?? "", 16))
  const place =
    log === undefined ? -1 : Number(numbers[0]) * (BYTES_OF_A_LOG / segmentBytes) + Number(numbers[1])
  const file = stored.name.slice(stored.name.lastIndexOf("/") + 1, -sha256.length).split("-")[0] ?? ""
  return {
    ...stored,
    file,
    timeline: Number.parseInt(timeline, 16),
    place,
    isPartial: kind === ".partial",
    sha256,
  }
}

/**
 * The WAL of a timeline from one segment on without a hole, and at its end what had been received of the next one.
 * @param from the first segment's number
 */
export function unbroken(all: readonly WalObject[], timeline: number, from: number): WalObject[] {
  const ours = all.filter((it) => it.timeline === timeline && it.place >= from)
  const newest = (place: number, partial: boolean) =>
    ours
      .filter((it) => it.place === place && it.isPartial === partial)
      .sort((a, b) => a.modified.getTime() - b.modified.getTime())
      .at(-1)
  const found: WalObject[] = []
  for (let place = from; ; place++) {
    const whole = newest(place, false)
    const next = whole ?? newest(place, true)
    if (next) found.push(next)
    if (!whole) return found
  }
}

/** What a timeline has behind `found`, where a segment between them is missing; undefined where there is no such hole. */
export function behindHole(
  all: readonly WalObject[],
  timeline: number,
  found: readonly WalObject[],
  from: number,
): WalObject | undefined {
  const end = found.at(-1)?.place ?? from - 1
  return all.find((it) => it.timeline === timeline && it.place > end)
}
