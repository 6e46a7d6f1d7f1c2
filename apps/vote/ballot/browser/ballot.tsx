/** The ballot page's script. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { BallotApp } from "../view/ballot-app"
import type { BallotData } from "../view/ballot-data"

const data = pageData<BallotData | null>()
if (data) hydrateApp(<BallotApp data={data} />, "#app")
