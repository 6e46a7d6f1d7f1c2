/** What every viewer may rely on. */

import { expect } from "bun:test"

type Seen = { version: number; total?: number | undefined; options: unknown }

/** Versions only grow, and equal versions have equal content, whoever saw them. */
export function expectNeverBack(viewers: readonly { snapshots: readonly Seen[] }[]): void {
  const contents = new Map<number, string>()
  for (const { snapshots } of viewers) {
    let last = 0
    for (const { version, total, options } of snapshots) {
      expect(version).toBeGreaterThanOrEqual(last)
      last = version
      const content = JSON.stringify({ total, options })
      expect(contents.get(version) ?? content).toBe(content)
      contents.set(version, content)
    }
  }
}
