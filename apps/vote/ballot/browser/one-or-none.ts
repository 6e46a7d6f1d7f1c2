/** The ballot page's script where a ballot chooses one option or none. */

import { oneOrNone } from "../view/one-or-none"
import { startBallot } from "./start-ballot"

startBallot(oneOrNone)
