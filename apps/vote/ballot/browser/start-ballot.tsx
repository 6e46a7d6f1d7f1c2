/** Makes the ballot page live. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { BallotApp } from "../view/ballot-app"
import type { BallotData } from "../view/ballot-data"
import type { BallotKind } from "../view/ballot-kind"

/** @param kind of the ballots of the page's poll */
export function startBallot(kind: BallotKind): void {
  const data = pageData<BallotData | null>()
  if (data) hydrateApp(<BallotApp data={data} kind={kind} />, "#app")
}
