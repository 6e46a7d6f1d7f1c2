/** A picture beside a label, which is not shown if it can't be loaded. */

import { useEffect, useRef, useState } from "preact/hooks"

export function Picture({ src }: { src: string }) {
  const picture = useRef<HTMLImageElement>(null)
  return useIsBroken(src, picture) ? null : <img key={src} ref={picture} src={src} alt="" loading="lazy" />
}

/** Whether the picture can't be shown. Decoding also finds a picture that failed before this script ran; an error event does not. */
export function useIsBroken(
  image: string | undefined,
  picture: { readonly current: HTMLImageElement | null },
): boolean {
  const [broken, setBroken] = useState<string | undefined>(undefined)
  useEffect(() => {
    let stale = false
    picture.current?.decode().catch(() => {
      if (!stale) setBroken(image)
    })
    return () => {
      stale = true
    }
  }, [image, picture])
  return image !== undefined && broken === image
}
