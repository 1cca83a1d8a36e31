// Check boxes of a list: one for all of them, and how many are ticked. The list is replaced while it is narrowed.
function marking() {
  const boxes = (form) => all('.mark input[name="user"]', form);
  const tell = (form) => {
    const ticked = boxes(form).filter((one) => one.checked).length;
    const option = form.querySelector("[data-ticked]");
    if (option) option.textContent = option.dataset.ticked.replace("#", ticked);
    const every = form.querySelector("thead .mark input");
    if (every) {
      every.checked = ticked > 0 && ticked === boxes(form).length;
      every.indeterminate = ticked > 0 && !every.checked;
    }
  };
  const prepare = () => {
    for (const form of all(".many-form")) {
      const corner = form.querySelector("thead .mark");
      if (!corner || corner.firstElementChild) continue;
      const every = document.createElement("input");
      every.type = "checkbox";
      every.setAttribute("aria-label", corner.dataset.every);
      corner.append(every);
      tell(form);
    }
  };
  document.addEventListener("change", ({ target }) => {
    const form = target.closest(".many-form");
    if (!form || !target.closest(".mark")) return;
    if (target.closest("thead")) for (const one of boxes(form)) one.checked = target.checked;
    tell(form);
  });
  const results = document.getElementById("results");
  if (results) new MutationObserver(prepare).observe(results, { childList: true });
  prepare();
}

marking();
