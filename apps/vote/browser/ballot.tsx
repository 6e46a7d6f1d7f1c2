/** The ballot page's script. */

import { followTheme } from "@tallyroom/lib/ui/follow-theme"
import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { tellHeight } from "@tallyroom/lib/ui/tell-height"
import { BallotApp } from "../view/ballot-app"
import type { BallotData } from "../view/ballot-data"

const data = pageData<BallotData | null>()
if (data) {
  hydrateApp(<BallotApp data={data} />, "#app")
  if (data.embedded) {
    tellHeight()
    followTheme()
  }
}
