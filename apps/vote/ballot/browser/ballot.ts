/** The ballot page's script where a ballot chooses one option. */

import { oneOption } from "../view/one-option"
import { startBallot } from "./start-ballot"

startBallot(oneOption)
