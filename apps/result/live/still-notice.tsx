/** What is said where the numbers don't move: without scripts, and where they fail. */

import { useEffect } from "preact/hooks"

type Props = { says: string; reload: string; address: string }

/**
 * The page shows it after a while unless it lives, which this says by `data-alive`; without scripts at once. A page that
 * failed later on is not alive any more: its components are removed.
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
