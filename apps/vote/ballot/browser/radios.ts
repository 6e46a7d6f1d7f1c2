/** The ballot page's script where a ballot rates options, or says yes or no to each. */

import { radioOptions } from "../view/radio-options"
import { startBallot } from "./start-ballot"

startBallot(radioOptions)
