/** Stores what pg_receivewal has written: each whole segment once, and what is there of the next one again and again. */

import { readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { isPartial, isSegment, readWal, walName } from "../catalog/wal"
import type { Sealing } from "../storage/sealing"
import { onePiece, readWhole, type Storage } from "../storage/storage"
import { isWal } from "./receiver"

export interface ShipperPlan {
  readonly storage: Storage
  readonly sealing: Sealing
  readonly folder: string
  readonly systemId: string
  readonly segmentBytes: number
}

const sha256 = (content: Uint8Array) => new Bun.CryptoHasher("sha256").update(content).digest("hex")

/** It belongs to one folder of the spool, and is used by one caller at a time. */
export class Shipper {
  readonly #plan: ShipperPlan
  /** The files that are stored whole; undefined until the storage was asked. */
  #stored: Set<string> | undefined
  /** What is stored of the segment that is being written: its object, and the digest of what it was made of. */
  #partial: { file: string; name: string; digest: string } | undefined

  constructor(plan: ShipperPlan) {
    this.#plan = plan
  }

  /** How many whole segments wait. */
  async waiting(): Promise<number> {
    return (await this.#files()).filter((file) => isSegment(file) && !this.#stored?.has(file)).length
  }

  /** Stores all that is finished, and keeps the newest segment in the spool: pg_receivewal goes on behind it. */
  async shipWhole(): Promise<void> {
    const stored = await this.#known()
    const files = (await this.#files()).filter((file) => !isPartial(file))
    for (const file of files.filter((it) => !stored.has(it))) {
      await this.#store(file)
      stored.add(file)
    }
    const segments = files.filter(isSegment)
    for (const file of segments.slice(0, -1)) await rm(join(this.#plan.folder, file))
    await this.#removePartials(segments.at(-1))
  }

  /** Stores what is there of the segment that is being written, where it has changed. */
  async shipPartial(): Promise<void> {
    const file = (await this.#files()).filter(isPartial).at(-1)
    if (file === undefined) return
    const content = await readFile(join(this.#plan.folder, file)).catch(ifFinished)
    if (content === undefined) return
    const digest = sha256(content)
    if (this.#partial?.file === file && this.#partial.digest === digest) return
    const name = await this.#storeContent(file, content)
    const before = this.#partial
    this.#partial = { file, name, digest }
    if (before?.file === file) await this.#plan.storage.remove(before.name)
  }

  async #files(): Promise<string[]> {
    return (await readdir(this.#plan.folder)).filter(isWal).sort()
  }

  async #known(): Promise<Set<string>> {
    if (this.#stored) return this.#stored
    const { storage, systemId, segmentBytes } = this.#plan
    const all = await readWal(storage, systemId, segmentBytes)
    this.#stored = new Set(all.filter((it) => !it.isPartial).map(({ file }) => file))
    return this.#stored
  }

  async #store(file: string): Promise<void> {
    await this.#storeContent(file, await readFile(join(this.#plan.folder, file)))
  }

  /** A segment has 16 MB, so it is sealed in memory: its digest belongs into its name. */
  async #storeContent(file: string, content: Uint8Array): Promise<string> {
    const { storage, sealing, systemId } = this.#plan
    const sealed = await readWhole(sealing.seal(onePiece(content)))
    const name = walName(systemId, file, sha256(sealed), sealing.suffix)
    await storage.write(name, onePiece(sealed))
    return name
  }

  /** A segment that is whole makes what was stored of its beginning needless, by this process or an earlier one. */
  async #removePartials(newest: string | undefined): Promise<void> {
    if (newest === undefined || this.#cleanedUpTo === newest) return
    const { storage, systemId, segmentBytes } = this.#plan
    for (const it of await readWal(storage, systemId, segmentBytes))
      if (it.isPartial && it.file <= newest) await storage.remove(it.name)
    this.#cleanedUpTo = newest
  }

  #cleanedUpTo: string | undefined
}

/** pg_receivewal renames the file when it is whole. */
function ifFinished(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error
}
