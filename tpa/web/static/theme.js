// Runs before the first paint: the theme follows the system unless the reader chose one.
(() => {
  const chosen = localStorage.getItem("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.bsTheme = chosen || system;
})();
