/** The ballot page's script where a ballot may choose several options. */

import { severalOptions } from "../view/several-options"
import { startBallot } from "./start-ballot"

startBallot(severalOptions)
