// What a page shows follows what is chosen on it, also what was chosen before its scripts were there, and what the
// browser filled in by itself when it came back to the page.

function isChanged(control) {
  if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
  if (!control.options) return control.value !== control.defaultValue;
  const options = [...control.options];
  return options[control.selectedIndex] !== (options.findLast((option) => option.defaultSelected) ?? options[0]);
}

addEventListener("pageshow", () => {
  for (const control of document.querySelectorAll("[hx-trigger] :is(input, select, textarea)")) {
    if (!isChanged(control)) continue;
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
});
