/** What a voter does on a ballot. */

import type { FrameLocator, Page } from "playwright-core"

/** Votes where a choice is confirmed: in every final poll that does not say otherwise, and where scripts run. */
export async function voteOnPage(ballot: Page | FrameLocator, label: string): Promise<void> {
  await ballot.locator("button.option", { hasText: label }).first().click()
  await ballot.getByRole("button", { name: `Vote for ${label}`, exact: true }).click()
}
