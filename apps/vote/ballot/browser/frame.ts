/** What a ballot in a frame of another site does besides: a script of its own, as most ballots are in none. */

import { followTheme } from "@tallyroom/lib/ui/follow-theme"
import { tellHeight } from "@tallyroom/lib/ui/tell-height"

followTheme()
tellHeight()
