/** The ballot page's script where a ballot chooses one option or none. */

import { useOneOrNone } from "../view/one-or-none"
import { startBallot } from "./start-ballot"

startBallot(useOneOrNone)
