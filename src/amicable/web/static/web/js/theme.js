const root = document.documentElement;
const stored = localStorage.getItem("theme") ?? "";
if (stored) root.dataset.theme = stored;

function choose(theme) {
  if (theme) {
    root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  } else {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const themeSwitch = document.querySelector("[data-theme-switch]");
  if (!themeSwitch) return;
  themeSwitch.querySelector(`[value="${CSS.escape(stored)}"]`).checked = true;
  themeSwitch.addEventListener("change", (event) => choose(event.target.value));
  themeSwitch.hidden = false;
});
