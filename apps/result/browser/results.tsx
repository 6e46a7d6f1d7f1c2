/** Makes the result page live. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { ResultsApp } from "../view/results-app"
import type { ResultsData } from "../view/results-data"
import { offerCopying } from "./copy-buttons"
import { tellHeight } from "./tell-height"

const data = pageData<ResultsData>()
hydrateApp(<ResultsApp {...data} />, "#tally")
if (data.embedded) tellHeight()
else offerCopying()
