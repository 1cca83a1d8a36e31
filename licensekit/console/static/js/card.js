// The card of a user or a site: what is about to change, and a list of licenses that is narrowed.

const codesOf = (box, of) => (box.dataset[of] ?? "").split(" ").filter(Boolean);
const nameOf = (box) => box.closest("label").querySelector(".choice-name").textContent;

// A license that is ticked brings what it requires along; one that is not takes along what requires
// it. What comes with another one that is chosen needs no tick of its own.
function tickAlong(boxes, box) {
  const comes = (code) => boxes.some((one) => one.checked && (one.value === code || codesOf(one, "brings").includes(code)));
  const change = (one, is) => {
    if (one.checked === is || one.disabled) return;
    one.checked = is;
    tickAlong(boxes, one);
  };
  if (box.checked) {
    for (const code of codesOf(box, "requires")) {
      if (!comes(code)) for (const one of boxes) if (one.value === code) change(one, true);
    }
  } else {
    for (const one of boxes) if (codesOf(one, "requires").includes(box.value) && !comes(box.value)) change(one, false);
  }
}

// The bar at the end says what Save would do, and is there when there is something to save.
function summarize(form, boxes) {
  const bar = form.querySelector(".sticky");
  if (!bar) return;
  const held = new Set(all('input[name="held"]', form).map((one) => one.value));
  const said = bar.querySelector("p");
  const show = () => {
    const adds = boxes.filter((one) => one.checked && one.value && !held.has(one.value)).map(nameOf);
    const releases = boxes.filter((one) => !one.checked && held.has(one.value)).map(nameOf);
    const few = (names) => names.length > 4 ? `${names.slice(0, 3).join(", ")} … (${names.length})` : names.join(", ");
    const parts = [["adds", adds], ["releases", releases]].filter(([, names]) => names.length);
    bar.hidden = !parts.length;
    said.textContent = parts.map(([what, names]) => bar.dataset[what].replace("{names}", few(names))).join(" · ");
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
}

// What does not have the text is hidden; what is ticked and hidden is sent all the same.
function narrowLicenses(field, form) {
  const groups = all("details", form);
  const wasOpen = new Map(groups.map((one) => [one, one.open]));
  const narrowItem = (item, text) => {
    const below = all(":scope > ul > li", item).map((one) => narrowItem(one, text)).some(Boolean);
    const own = item.querySelector(":scope > label");
    const isFound = below || `${own.textContent} ${own.firstElementChild.value}`.toLocaleLowerCase().includes(text);
    item.hidden = !isFound;
    return isFound;
  };
  const isShown = (item) => !item.closest("[hidden]");
  const narrow = () => {
    const text = field.value.trim().toLocaleLowerCase();
    for (const item of all("ul.choices > li", form)) narrowItem(item, text);
    for (const group of groups) {
      const isEmpty = !all("li", group).some((item) => !item.hidden);
      const isTouched = all("input", group).some((one) => one.checked !== one.defaultChecked);
      group.open = text ? !isEmpty : isTouched || wasOpen.get(group);
      group.hidden = isEmpty;
    }
    for (const box of all("fieldset:not(.more)", form)) box.hidden = Boolean(text) && !all("li", box).some((item) => !item.hidden);
    form.querySelector("[data-nothing]").hidden = !text || all(".more li", form).some(isShown);
  };
  field.addEventListener("input", narrow);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); narrow(); });
  field.form.querySelector("button").hidden = true;
}

function cards() {
  for (const form of all("form[data-card]")) {
    const boxes = all('input[type="checkbox"], input[type="radio"]', form);
    form.addEventListener("change", ({ target }) => {
      if (boxes.includes(target)) tickAlong(boxes, target);
    });
    summarize(form, boxes);
  }
  for (const field of all("[data-find]")) narrowLicenses(field, document.getElementById(field.dataset.find));
}

cards();
