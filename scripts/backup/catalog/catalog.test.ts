/** What a storage holds, read from its objects: which WAL leads on from a backup, and what may be removed. */

import { describe, expect, test } from "bun:test"
import { planRestore } from "../putting-back/plan"
import type { Storage, Stored } from "../storage/storage"
import { onePiece, readWhole } from "../storage/storage"
import { type Manifest, readManifests, writeManifest } from "./manifest"
import { removeOld } from "./retention"
import { behindHole, placeOf, readWal, unbroken } from "./wal"

const SEGMENT = 16 << 20
const SYSTEM = "7713389051978956163"
const ANEW = "7713457999999999999"
const HOUR = 3_600_000
const START = Date.parse("2026-11-29T00:00:00Z")
const at = (hours: number) => new Date(START + hours * HOUR)

/** Objects in memory, each of the time that `hours` says. */
function memory() {
  const objects = new Map<string, { content: Uint8Array; modified: Date }>()
  let now = at(0)
  const storage: Storage = {
    place: "memory",
    list: async (prefix) =>
      [...objects]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { content, modified }]): Stored => ({ name, bytes: content.length, modified }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    read: (name) => onePiece(objects.get(name)?.content ?? ""),
    write: async (name, content) => {
      objects.set(name, { content: await readWhole(content), modified: now })
    },
    remove: async (name) => void objects.delete(name),
  }
  return {
    storage,
    /** The files of WAL that are there. */
    wal: async () => (await readWal(storage, SYSTEM, SEGMENT)).map(({ file }) => file),
    put: async (name: string, hours: number) => {
      now = at(hours)
      await storage.write(name, onePiece(name))
    },
    backup: async (hours: number, start: string, timeline = 1, systemId = SYSTEM) => {
      const id = `b${hours}`
      now = at(hours)
      await storage.write(`base/${id}/base.tar.zst`, onePiece("x"))
      const times = { startedAt: at(hours).toISOString(), finishedAt: at(hours).toISOString() }
      const object = { name: `base/${id}/base.tar.zst`, bytes: 1, sha256: "0".repeat(64) }
      const base = { object, timeline, start, end: start, segmentBytes: SEGMENT }
      const manifest: Manifest = {
        ...{ format: 1, id, systemId, major: 15, version: "15.18", base, dump: null },
        ...times,
      }
      await writeManifest(storage, manifest)
    },
  }
}

const segment = (place: number, timeline = 1) =>
  `0000000${timeline}00000000${place.toString(16).toUpperCase().padStart(8, "0")}`
const walAt = (file: string, digest = "a") => `wal/${SYSTEM}/${file}-${digest.repeat(64)}.zst`

const failOn = (problem: string) => {
  throw new Error(problem)
}

test("a place in WAL is in the segment that Postgres names for it", () => {
  expect(placeOf("0/2000028", SEGMENT)).toBe(2)
  expect(placeOf("1/FF000000", SEGMENT)).toBe(511)
  expect(placeOf("2/0", 1 << 20)).toBe(8_192)
})

describe("the WAL behind a backup", () => {
  test("ends before the first segment that is missing, and with what was received of the newest", async () => {
    const { storage, put } = memory()
    for (const place of [2, 3, 4, 6]) await put(walAt(segment(place)), place)
    await put(walAt(`${segment(5)}.partial`), 5)
    await put(walAt(segment(3, 2)), 9)
    await put(walAt("00000002.history"), 9)
    const all = await readWal(storage, SYSTEM, SEGMENT)
    const found = unbroken(all, 1, 3)
    expect(found.map(({ file }) => file)).toEqual([segment(3), segment(4), `${segment(5)}.partial`])
    expect(behindHole(all, 1, found, 3)?.file).toBe(segment(6))
    expect(unbroken(all, 1, 7)).toEqual([])
  })

  test("of one segment, the object that was stored last is taken", async () => {
    const { storage, put } = memory()
    await put(walAt(`${segment(2)}.partial`, "b"), 1)
    await put(walAt(`${segment(2)}.partial`, "a"), 2)
    const [found] = unbroken(await readWal(storage, SYSTEM, SEGMENT), 1, 2)
    expect(found?.sha256).toBe("a".repeat(64))
  })
})

describe("a restore", () => {
  test("begins with the newest backup that was finished by then", async () => {
    const { storage, put, backup } = memory()
    await backup(1, "0/2000028")
    await backup(5, "0/4000028")
    for (const place of [2, 3, 4]) await put(walAt(segment(place)), place * 2)
    const chosen = async (to: Date | null) => (await planRestore(storage, { to }, failOn)).manifest.id
    expect(await chosen(null)).toBe("b5")
    expect(await chosen(at(6))).toBe("b5")
    expect(await chosen(at(4))).toBe("b1")
    await expect(chosen(at(0))).rejects.toThrow(
      "There is no backup of the server finished by 2026-11-29T00:00:00Z",
    )
    await expect(chosen(at(9))).rejects.toThrow("The WAL behind the backup b5 ends at 2026-11-29T08:00:00Z")
  })

  test("asks which server is meant where there are several, and takes the one that is named", async () => {
    const { storage, put, backup } = memory()
    await backup(1, "0/2000028")
    await put(walAt(segment(2)), 2)
    await backup(5, "0/4000028", 1, ANEW)
    const chosen = async (wanted: { id?: string; server?: string }, to: Date | null = null) =>
      (await planRestore(storage, { ...wanted, to }, failOn)).manifest.id
    await expect(chosen({})).rejects.toThrow(
      [
        "The backups in memory are of several servers, and the newest may be of an empty one. Say which is meant:",
        `  --server ${SYSTEM}   1 of them, the newest finished 2026-11-29T01:00:00Z`,
        `  --server ${ANEW}   1 of them, the newest finished 2026-11-29T05:00:00Z`,
      ].join("\n"),
    )
    expect(await chosen({ server: SYSTEM })).toBe("b1")
    expect(await chosen({ server: ANEW })).toBe("b5")
    expect(await chosen({ id: "b1" })).toBe("b1")
    // The other did not exist by then.
    expect(await chosen({}, at(2))).toBe("b1")
    await expect(chosen({ server: "1" })).rejects.toThrow("There is no backup of the server 1 in memory")
  })

  test("says that a segment is missing where that is why it can't reach a moment", async () => {
    const { storage, put, backup } = memory()
    await backup(1, "0/2000028")
    for (const place of [2, 4]) await put(walAt(segment(place)), place)
    await expect(planRestore(storage, { to: at(3) }, failOn)).rejects.toThrow(
      `ends at 2026-11-29T02:00:00Z (a segment before ${segment(4)} is missing)`,
    )
  })
})

describe("a manifest that somebody else wrote, or a disk damaged", () => {
  const real = {
    ...{ format: 1, id: "forged", systemId: SYSTEM, major: 15, version: "15.18", dump: null },
    ...{ startedAt: at(9).toISOString(), finishedAt: at(9).toISOString() },
    base: {
      object: { name: "base/forged/base.tar.zst", bytes: 1, sha256: "0".repeat(64) },
      ...{ timeline: 1, start: "0/2000028", end: "0/2000028", segmentBytes: SEGMENT },
    },
  }
  const named = (name: string) => ({ ...real, base: { ...real.base, object: { ...real.base.object, name } } })
  const forgeries: [string, unknown][] = [
    ["is cut short", "{"],
    ["has no end", `"${"x".repeat(100_000)}"`],
    ["names a file outside", named("base/forged/../../../etc/shadow")],
    ["names another's file", named("base/b1/base.tar.zst")],
    ["says to be another", { ...real, id: "b1" }],
    ["has a terminal print what it says", { ...real, version: "15\u001b]0;x\u0007" }],
    ["has segments of no size", { ...real, base: { ...real.base, segmentBytes: 0 } }],
    ["names WAL elsewhere", { ...real, systemId: "../base" }],
  ]

  for (const [what, forged] of forgeries)
    test(`is left out where it ${what}, keeps nobody from the others, and nothing is removed meanwhile`, async () => {
      const { storage, put, backup, wal } = memory()
      await backup(1, "0/4000028")
      await backup(2, "0/4000028")
      await put(walAt(segment(2)), 1)
      const text = typeof forged === "string" ? forged : JSON.stringify(forged)
      await storage.write("base/forged/manifest.json", onePiece(text))
      const problems: string[] = []
      const onDamaged = (problem: string) => void problems.push(problem)
      expect((await readManifests(storage, onDamaged)).map(({ id }) => id)).toEqual(["b1", "b2"])
      expect(problems).toEqual([
        'memory: "base/forged/manifest.json" is damaged, or of a newer version of Tallyroom',
      ])
      expect((await planRestore(storage, { to: null }, onDamaged)).manifest.id).toBe("b2")
      expect(await removeOld(storage, 1)).toEqual({ removed: [], problems: problems.slice(0, 1) })
      expect(await wal()).toEqual([segment(2)])
    })
})

describe("removing what is old", () => {
  test("leaves the newest backups, and the WAL from the oldest of them on", async () => {
    const { storage, put, backup, wal } = memory()
    await backup(1, "0/2000028")
    await backup(2, "0/4000028")
    await backup(3, "0/6000028")
    for (const place of [2, 3, 4, 5, 6, 7]) await put(walAt(segment(place)), place)
    expect(await removeOld(storage, 2)).toEqual({ removed: ["b1"], problems: [] })
    expect((await readManifests(storage, failOn)).map(({ id }) => id)).toEqual(["b2", "b3"])
    expect((await storage.list("base/")).map(({ name }) => name)).not.toContain("base/b1/base.tar.zst")
    expect(await wal()).toEqual([4, 5, 6, 7].map((place) => segment(place)))
  })

  test("counts the backups of each server for itself, so that an empty one takes no other's away", async () => {
    const { storage, put, backup, wal } = memory()
    await backup(1, "0/2000028")
    await backup(2, "0/3000028")
    for (const place of [2, 3]) await put(walAt(segment(place)), place)
    for (const hours of [3, 4, 5]) await backup(hours, "0/2000028", 1, ANEW)
    expect(await removeOld(storage, 1)).toEqual({ removed: ["b1", "b3", "b4"], problems: [] })
    expect((await readManifests(storage, failOn)).map(({ id }) => id)).toEqual(["b2", "b5"])
    expect(await wal()).toEqual([segment(3)])
  })

  test("leaves WAL of a later timeline, and removes that of an earlier one that no backup needs", async () => {
    const { storage, put, backup, wal } = memory()
    await backup(1, "0/2000028")
    await backup(2, "0/3000028", 2)
    for (const place of [2, 3, 4]) await put(walAt(segment(place)), place)
    for (const place of [2, 3]) await put(walAt(segment(place, 2)), place)
    await removeOld(storage, 2)
    expect((await wal()).length).toBe(5)
    await removeOld(storage, 1)
    expect(await wal()).toEqual([segment(3, 2)])
  })

  test("takes what a cut-off backup left after two days, and not that of one that is being taken", async () => {
    const { storage, put, backup } = memory()
    await backup(60, "0/2000028")
    await put("base/cut-off/base.tar.zst", 1)
    await put("base/under-way/base.tar.zst", 59)
    await removeOld(storage, 7, at(60).getTime())
    expect((await storage.list("base/")).map(({ name }) => name)).toEqual([
      "base/b60/base.tar.zst",
      "base/b60/manifest.json",
      "base/under-way/base.tar.zst",
    ])
  })
})
