/** What a backup says of itself: `base/ID/manifest.json`, which is written last and makes it one. */

import { z } from "zod"
import { atMost, Damaged, onePiece, readWhole, type Storage } from "../storage/storage"

/** Whoever may write there may write anything: what names a place or is printed has no characters but these. */
const plain = z.string().regex(/^[\w.+~-]{1,64}$/)

const objectSchema = z.object({
  /** In the storage: a file directly in the backup's own place. */
  name: z.string().regex(/^base\/[A-Za-z0-9-]{1,64}\/[a-z]+(\.[a-z]+)*$/),
  bytes: z.int().nonnegative(),
  /** Of the object as it is stored, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** A place in WAL as Postgres writes it: 0/2000028. */
const lsn = z.string().regex(/^[0-9A-F]+\/[0-9A-F]+$/)

const SEGMENT_SIZES = Array.from({ length: 11 }, (_, power) => 2 ** (20 + power))

const manifestSchema = z.object({
  format: z.literal(1),
  /** The time at which it began, and a few letters of its own. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  systemId: z.string().regex(/^\d{1,20}$/),
  major: z.int().positive(),
  version: plain,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** All data of the server, as pg_basebackup gives them in a tar. Null where only the dump was asked for. */
  base: z
    .object({
      object: objectSchema,
      timeline: z.int().positive(),
      start: lsn,
      /** Whoever restores it needs WAL up to here at least; the tar has it. */
      end: lsn,
      /** A power of two from 1 MB to 1 GB, as Postgres has it. */
      segmentBytes: z.int().refine((bytes) => SEGMENT_SIZES.includes(bytes)),
    })
    .nullable(),
  /** One database, as pg_dump's custom format has it. */
  dump: z.object({ object: objectSchema, database: z.string().regex(/^\P{Cc}{1,63}$/u) }).nullable(),
})

export type StoredObject = z.infer<typeof objectSchema>
export type Manifest = z.infer<typeof manifestSchema>
export type Base = NonNullable<Manifest["base"]>

const BASES = "base/"
const MANIFEST = "manifest.json"

/** `20261129T010203Z-1f3a`, so that names are in the order of time. */
export function newId(now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "")
  return `${time}-${crypto.randomUUID().slice(0, 4)}`
}

/** The name of an object of a backup. */
export const objectName = (id: string, file: string) => `${BASES}${id}/${file}`

export const totalBytes = ({ base, dump }: Manifest) => (base?.object.bytes ?? 0) + (dump?.object.bytes ?? 0)

export const durationMs = ({ startedAt, finishedAt }: Manifest) =>
  Date.parse(finishedAt) - Date.parse(startedAt)

export async function writeManifest(storage: Storage, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  await storage.write(objectName(manifest.id, MANIFEST), onePiece(text))
}

/** What one has at most. */
const MOST_BYTES = 64 * 1_024

/**
 * All backups that are whole, the oldest first.
 * @param onDamaged is told of each whose manifest can't be read: it is left out, and keeps nobody from the others
 */
export async function readManifests(
  storage: Storage,
  onDamaged: (problem: string) => void,
): Promise<Manifest[]> {
  const names = (await storage.list(BASES)).map(({ name }) => name)
  const manifests = names.filter((name) => name.endsWith(`/${MANIFEST}`))
  const read = await Promise.all(manifests.map((name) => readManifest(storage, name)))
  for (const found of read) if (typeof found === "string") onDamaged(found)
  const whole = read.filter((found) => typeof found !== "string")
  return whole.sort((a, b) => a.finishedAt.localeCompare(b.finishedAt))
}

/** The manifest, or why there is none. */
async function readManifest(storage: Storage, name: string): Promise<Manifest | string> {
  const problem = `${storage.place}: ${JSON.stringify(name)} is damaged, or of a newer version of Tallyroom`
  try {
    const text = (await readWhole(atMost(MOST_BYTES, name, storage.read(name)))).toString()
    const manifest = manifestSchema.parse(JSON.parse(text))
    return isInPlace(manifest, name) ? manifest : problem
  } catch (error) {
    if (error instanceof Damaged || error instanceof SyntaxError || error instanceof z.ZodError)
      return problem
    throw error
  }
}

/** Whether it names nothing but what lies beside it. */
function isInPlace({ id, base, dump }: Manifest, name: string): boolean {
  const beside = [base?.object.name, dump?.object.name].filter((it) => it !== undefined)
  return name === objectName(id, MANIFEST) && beside.every((it) => it.startsWith(objectName(id, "")))
}
