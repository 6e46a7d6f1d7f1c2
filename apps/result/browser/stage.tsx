/** Makes the big screen live. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { StageApp } from "../view/stage-app"
import type { StageData } from "../view/stage-data"

hydrateApp(<StageApp {...pageData<StageData>()} />, "#app")
