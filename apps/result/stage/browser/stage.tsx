/** Makes the big screen live. */

import { hydrateApp, pageData } from "@tallyroom/lib/ui/hydrate"
import { StageApp } from "../stage-app"
import type { StageData } from "../stage-data"

hydrateApp(<StageApp {...pageData<StageData>()} />, "#app")
