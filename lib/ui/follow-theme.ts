/** Makes a page in a frame light or dark whenever the page around it says so by `{ tallyroom: "theme", theme }`. */
export function followTheme(): void {
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.tallyroom !== "theme") return
    if (data.theme === "light" || data.theme === "dark") document.documentElement.dataset.theme = data.theme
  })
}
