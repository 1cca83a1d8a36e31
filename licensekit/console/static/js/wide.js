// What is wider than its place scrolls sideways: it takes the focus then, so that arrow keys scroll it.
const sideways = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const area of document.querySelectorAll(".wide")) sideways.observe(area);
