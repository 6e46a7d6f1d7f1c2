/** What a backup says of itself: `base/ID/manifest.json`, which is written last and makes it one. */

import { z } from "zod"
import { UserError } from "../../services/terminal/user-error"
import { onePiece, readWhole, type Storage } from "../storage/storage"

const objectSchema = z.object({
  /** In the storage. */
  name: z.string(),
  bytes: z.number(),
  /** Of the object as it is stored, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** A place in WAL as Postgres writes it: 0/2000028. */
const lsn = z.string().regex(/^[0-9A-F]+\/[0-9A-F]+$/)

const manifestSchema = z.object({
  format: z.literal(1),
  /** The time at which it began, and a few letters of its own. */
  id: z.string(),
  systemId: z.string(),
  major: z.number(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** All data of the server, as pg_basebackup gives them in a tar. Null where only the dump was asked for. */
  base: z
    .object({
      object: objectSchema,
      timeline: z.number(),
      start: lsn,
      /** Whoever restores it needs WAL up to here at least; the tar has it. */
      end: lsn,
      segmentBytes: z.number(),
    })
    .nullable(),
  /** One database, as pg_dump's custom format has it. */
  dump: z.object({ object: objectSchema, database: z.string() }).nullable(),
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

/** All backups that are whole, the oldest first. @throws {UserError} that names one whose manifest is damaged */
export async function readManifests(storage: Storage): Promise<Manifest[]> {
  const names = (await storage.list(BASES)).map(({ name }) => name)
  const manifests = names.filter((name) => name.endsWith(`/${MANIFEST}`))
  const read = await Promise.all(manifests.map((name) => readManifest(storage, name)))
  return read.sort((a, b) => a.finishedAt.localeCompare(b.finishedAt))
}

async function readManifest(storage: Storage, name: string): Promise<Manifest> {
  const text = (await readWhole(storage.read(name))).toString()
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new UserError(`${storage.place}: ${name} is damaged, or of a newer version of Tallyroom.`, {
      cause,
    })
  }
}
