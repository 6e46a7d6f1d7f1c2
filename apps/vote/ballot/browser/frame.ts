/** What a ballot does only in a frame of another site. It is a script of its own, as most ballots are in no frame. */

import { followTheme } from "@tallyroom/lib/ui/follow-theme"
import { tellHeight } from "@tallyroom/lib/ui/tell-height"

followTheme()
tellHeight()
