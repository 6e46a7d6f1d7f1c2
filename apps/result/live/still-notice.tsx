/** The notice that the numbers don't move by themselves, for browsers without scripts, and for those in which a script fails. */

import { useEffect } from "preact/hooks"

type Props = { says: string; reload: string; address: string }

/**
 * Without scripts the notice is shown at once, with scripts after a while unless the page is live. This component says that
 * it is live by `data-alive`. When a script fails later, the components are removed, and `data-alive` with them.
 */
export function StillNotice({ says, reload, address }: Props) {
  useEffect(() => {
    const { dataset } = document.documentElement
    dataset.alive = ""
    return () => {
      delete dataset.alive
    }
  }, [])
  return (
    <p class="still">
      <span>
        {says} <a href={address}>{reload}</a>
      </span>
    </p>
  )
}
