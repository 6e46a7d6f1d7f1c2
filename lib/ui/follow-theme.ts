/** In a frame: becomes light or dark when the page around says so by `{ tallyroom: "theme", theme }`. */
export function followTheme(): void {
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || data?.tallyroom !== "theme") return
    if (data.theme === "light" || data.theme === "dark") document.documentElement.dataset.theme = data.theme
  })
}
