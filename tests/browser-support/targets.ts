/** The oldest browsers for which the pages are made, and what they lack. */

import bcd, { type BrowserName, type Identifier, type SimpleSupportStatement } from "@mdn/browser-compat-data"

/** README.md and docs/pages.md say the same; support.test.ts compares them. */
export const OLDEST = {
  Safari: "15.4",
  "iOS Safari": "15.4",
  Firefox: "102",
  Chrome: "100",
  Edge: "100",
} as const

type Browser = keyof typeof OLDEST

/** The names of browsers in MDN's data and in esbuild. */
const IN_DATA: Record<Browser, BrowserName[]> = {
  Safari: ["safari"],
  "iOS Safari": ["safari_ios"],
  Firefox: ["firefox", "firefox_android"],
  Chrome: ["chrome", "chrome_android"],
  Edge: ["edge"],
}
const IN_ESBUILD = {
  Safari: "safari",
  "iOS Safari": "ios",
  Firefox: "firefox",
  Chrome: "chrome",
  Edge: "edge",
}

const browsers = Object.keys(OLDEST) as Browser[]
export const ESBUILD_TARGETS = browsers.map((browser) => `${IN_ESBUILD[browser]}${OLDEST[browser]}`)

/** A feature that a page uses and not every supported browser has. */
export type Need = {
  /** Its path in MDN's data, such as "api.AbortSignal.timeout_static". */
  feature: string
  lackedBy: string[]
  /** A piece of the built file. */
  where: string
}

export function onceEach(needs: Need[]): Need[] {
  return [...new Map(needs.map((need) => [need.feature, need])).values()]
}

/** The feature at a place in MDN's data, if one is described there. */
export function featureAt(path: string): Identifier | undefined {
  let place: Identifier | undefined = bcd as unknown as Identifier
  for (const name of path.split(".")) place = place && Object.hasOwn(place, name) ? place[name] : undefined
  return place?.__compat && place
}

/** Which of the supported browsers lack a feature: "Safari 15.4" and so on. */
export function lacking(path: string): string[] {
  const support = featureAt(path)?.__compat?.support
  const has = (browser: Browser, name: BrowserName) =>
    [support?.[name] ?? []].flat().some((statement) => isThere(statement, OLDEST[browser]))
  return browsers
    .filter((browser) => !IN_DATA[browser].every((name) => has(browser, name)))
    .map((browser) => `${browser} ${OLDEST[browser]}`)
}

/** Behind a flag or under another name a feature is of no use to a page that uses its usual name. */
function isThere(statement: SimpleSupportStatement, version: string): boolean {
  const { version_added: added, version_removed: removed, flags, prefix, alternative_name } = statement
  if (flags || prefix || alternative_name) return false
  return isReached(added, version) && !isReached(removed, version)
}

/** Versions are such as "15.4", or "≤37" where the exact version is unknown. */
function isReached(since: SimpleSupportStatement["version_added"] | undefined, version: string): boolean {
  if (typeof since !== "string" || since === "preview") return false
  return Bun.semver.order(withThreeParts(since), withThreeParts(version)) <= 0
}

function withThreeParts(version: string): string {
  const [major = "0", minor = "0", patch = "0"] = version.replace("≤", "").split(".")
  return `${major}.${minor}.${patch}`
}
