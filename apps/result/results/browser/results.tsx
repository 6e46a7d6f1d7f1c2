/** Makes the results page live. */

import { followTheme } from "@tallyroom/lib/ui/follow-theme"
import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { tellHeight } from "@tallyroom/lib/ui/tell-height"
import { ResultsApp } from "../results-app"
import type { ResultsData } from "../results-data"
import { offerCopying } from "./copy-buttons"

const data = pageData<ResultsData>()
hydrateApp(<ResultsApp {...data} />, "#tally")
if (data.embedded) {
  tellHeight()
  followTheme()
} else offerCopying()
