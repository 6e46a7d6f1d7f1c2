import { startChromium } from "./chromium"
import { runJourneysWith } from "./journeys"

await runJourneysWith(["chromium"], startChromium)
