/** Whether a program that is being started serves requests by now. */

/** @param url of a page that it answers with 200 once it is ready */
export function answersOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
