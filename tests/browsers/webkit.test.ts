import { runJourneysWith } from "./journeys"
import { startWebkit } from "./webkit"

await runJourneysWith(["webkit", "Xvfb"], startWebkit)
