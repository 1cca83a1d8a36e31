// Activating: what is dropped is shown at once, and going back never activates twice.
function activating() {
  for (const area of all("[data-taking] [data-drop]")) {
    area.addEventListener("drop", ({ dataTransfer }) => { if (dataTransfer.files.length) area.closest("form").requestSubmit(); });
  }
  for (const form of all("form[data-once]")) {
    let isSent = false;
    addEventListener("pageshow", () => { isSent = false; });
    form.addEventListener("submit", (event) => {
      if (isSent) event.preventDefault();
      isSent = true;
      // The page that was a form's answer becomes one that can be shown again.
      history.replaceState(null, "", form.action);
    });
    const again = form.querySelector("[data-again]");
    document.querySelector(".news a")?.addEventListener("click", (event) => { event.preventDefault(); again.click(); });
    settling(form);
  }
}

// The button says of how many something is taken.
function settling(form) {
  const button = form.querySelector("[data-texts]");
  const choices = all(`select[form="${form.id}"]`);
  if (!button || !choices.length) return;
  const count = () => {
    const losing = choices.filter((one) => !one.selectedOptions[0]?.hasAttribute("data-keeps")).map((one) => one.dataset.holder);
    button.textContent = button.dataset.texts.split("|")[new Set(losing).size];
  };
  for (const one of choices) one.addEventListener("change", count);
  count();
}

activating();
