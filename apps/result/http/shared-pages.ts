/** Rendering and compressing a page takes milliseconds, so that all who are shown the same share one page for a moment. */

import { CompressibleBody } from "@tallyroom/lib/http/compression"
import { CROWD_REUSE_MS } from "../database/shared-reads"

/** A crowd looks at a few pages. What few look at, or made-up addresses name, only pushes out its like. */
const BOUNDS = { pages: 256, bytes: 16 * 1_024 * 1_024 }
/** A character takes two bytes at most, and its compressed forms together less than another. */
const BYTES_A_CHARACTER = 3

/** What was read for a page, such as its tally. Null where there is nothing of the kind. */
type Readings = readonly (object | null)[]
type Kept = { readings: Readings; body: CompressibleBody; bytes: number; end: Timer }

export class SharedPages {
  /** By key. The page that was asked for longest ago comes first. */
  private readonly kept = new Map<string, Kept>()
  private keptBytes = 0

  /** @param bounds how many pages are kept at most, and how many bytes of them, roughly */
  constructor(private readonly bounds = BOUNDS) {}

  get size(): number {
    return this.kept.size
  }

  /** How much memory the kept pages take, roughly. */
  get bytes(): number {
    return this.keptBytes
  }

  /**
   * The page of this key, as long as those who ask share the very readings that it was made from. So it is never older than what a
   * reader would have been shown without others.
   * @param key all that the page depends on besides its readings
   */
  page(key: string, readings: Readings, render: () => string): CompressibleBody {
    const held = this.kept.get(key)
    if (held?.readings.every((reading, i) => reading === readings[i])) {
      this.kept.delete(key)
      this.kept.set(key, held)
      return held.body
    }
    this.drop(key)
    const html = render()
    const body = new CompressibleBody(html)
    // No crowd shares a reading for longer.
    const end = setTimeout(() => this.drop(key), CROWD_REUSE_MS).unref()
    this.keep(key, { readings, body, bytes: BYTES_A_CHARACTER * (key.length + html.length), end })
    return body
  }

  private keep(key: string, page: Kept): void {
    this.kept.set(key, page)
    this.keptBytes += page.bytes
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.bounds.pages && this.keptBytes <= this.bounds.bytes) return
      this.drop(oldest)
    }
  }

  private drop(key: string): void {
    const page = this.kept.get(key)
    if (!page) return
    clearTimeout(page.end)
    this.kept.delete(key)
    this.keptBytes -= page.bytes
  }
}
