/** The ballot page's script where a ballot chooses one option. */

import { useOneOption } from "../view/one-option"
import { startBallot } from "./start-ballot"

startBallot(useOneOption)
