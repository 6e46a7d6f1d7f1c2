/** The ballot page's script where a ballot ranks options. */

import { rankedOptions } from "../view/ranked-options"
import { startBallot } from "./start-ballot"

startBallot(rankedOptions)
