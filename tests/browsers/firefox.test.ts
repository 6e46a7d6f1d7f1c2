import { startFirefox } from "./firefox"
import { runJourneysWith } from "./journeys"

await runJourneysWith(["firefox"], startFirefox)
