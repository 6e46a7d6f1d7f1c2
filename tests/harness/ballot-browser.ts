/** A vote app with these polls and a Chromium that votes in it, for a test file. */

import { afterAll, beforeAll, setDefaultTimeout } from "bun:test"
import type { Poll } from "@tallyroom/lib/polls/poll"
import type { Browser, Page } from "playwright-core"
import { startVoteFixture, type VoteFixture } from "../../apps/vote/testing/vote"
import { launchChromium } from "./chromium"
import { openPage } from "./pages"

/** A real browser on a small, busy machine: no test waits this long unless something is wrong. */
const TIMEOUT_MS = 60_000

type BallotBrowser = { fixture: VoteFixture; browser: Browser }

/**
 * Starts both before the tests of the file, and stops them after.
 * @param prepare what else the app's Redis is to hold
 * @param settings of the app
 */
export function useBallotBrowser(
  polls: Poll[],
  prepare: (fixture: VoteFixture) => Promise<unknown> = async () => {},
  settings: Record<string, string> = {},
): () => BallotBrowser {
  setDefaultTimeout(TIMEOUT_MS)
  let started: BallotBrowser | undefined
  beforeAll(async () => {
    started = { fixture: await startVoteFixture(settings), browser: await launchChromium() }
    await started.fixture.writePolls(...polls)
    await prepare(started.fixture)
  })
  afterAll(async () => {
    await started?.browser.close()
    await started?.fixture.stop()
  })
  return () => {
    if (!started) throw new Error("the app and the browser start before the tests, not sooner")
    return started
  }
}

/**
 * Opens a ballot whose own script is held back.
 * @param script the beginning of its name
 * @returns the page, and what lets the script go
 */
export async function openBeforeScript(
  { browser, fixture }: BallotBrowser,
  script: string,
): Promise<{ page: Page; letGo: () => void }> {
  const page = await openPage(browser, "about:blank")
  const held = Promise.withResolvers<void>()
  await page.route(`**/${script}-*.js`, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(`${fixture.url}/`, { waitUntil: "commit" })
  return { page, letGo: held.resolve }
}
