// What makes the console handier. Every page works without it.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Moments are written in UTC; show them in the reader's zone, and keep the UTC in the title.
function localTimes(within = document) {
  const locale = document.documentElement.dataset.dates;
  const style = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  for (const time of all('time[data-time="moment"]', within)) {
    time.textContent = style.format(new Date(time.dateTime));
  }
}

// A file that is dropped on the page is taken into the field.
function drops() {
  for (const area of all("[data-drop]")) {
    const input = area.querySelector('input[type="file"]');
    const over = (is) => area.classList.toggle("over", is);
    area.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
    area.addEventListener("dragleave", () => over(false));
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  }
}

// A list that is here as a whole is narrowed while somebody types.
function narrowing() {
  for (const field of all("[data-narrow]")) {
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLocaleLowerCase();
      for (const item of document.getElementById(field.dataset.narrow).children) {
        item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
      }
    });
  }
}

// A list that the server narrows is fetched anew, shortly after somebody typed or chose.
function live() {
  for (const form of all("[data-live]")) {
    let timer = 0;
    let asked = 0;
    const show = async () => {
      const number = ++asked;
      const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById(form.dataset.live);
      if (number !== asked || !found) return;
      localTimes(found);
      document.getElementById(form.dataset.live).replaceChildren(...found.childNodes);
      history.replaceState(null, "", address);
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, 200);
    });
  }
}

// What was saved is said once: a page that is loaded again, or kept, says it no more.
function sayOnce() {
  const address = new URL(location.href);
  if (!address.searchParams.has("saved")) return;
  address.searchParams.delete("saved");
  history.replaceState(null, "", address);
}

// Whether somebody has typed or ticked something that is not sent yet.
function isDirty() {
  return all("main form:not([role=search])").some((form) => all("input, select, textarea", form).some((one) => {
    if (one.type === "hidden" || one.type === "submit") return false;
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.tagName === "SELECT") return [...one.options].some((each) => each.selected !== each.defaultSelected);
    return one.value !== (one.defaultValue ?? "");
  }));
}

// Leaving a page with something that is not sent asks first; sending it does not.
function keepTyped() {
  let isSent = false;
  addEventListener("submit", () => { isSent = true; });
  addEventListener("pageshow", () => { isSent = false; });
  addEventListener("beforeunload", (event) => { if (!isSent && isDirty()) event.preventDefault(); });
}

// A page that is seen looks whether something has changed: it then shows it, or offers to where
// somebody is at work in it.
const PULSE = 15_000;
function follow() {
  const main = document.querySelector("main[data-pulse]");
  if (!main) return;
  let { known } = main.dataset;
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(main.dataset.pulse, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const now = await answer.text();
    if (now === known) return;
    known = now;
    const isBusy = isDirty() || main.contains(document.activeElement) || getSelection()?.toString();
    if (isBusy || main.dataset.posted) main.querySelector(".news").hidden = false;
    else location.reload();
  };
  setInterval(ask, PULSE);
  document.addEventListener("visibilitychange", ask);
}

// Among many sections, the one that is shown is in sight.
function showSection() {
  const menu = document.querySelector(".menu");
  const current = menu?.querySelector("[aria-current]");
  // With scrollIntoView the keyboard would begin there, behind the link that skips to the content.
  if (current) menu.scrollLeft = current.offsetLeft - menu.offsetLeft - (menu.clientWidth - current.offsetWidth) / 2;
}

localTimes();
sayOnce();
keepTyped();
follow();
showSection();
for (const note of all("[data-zone]")) note.textContent = note.dataset.zone;
drops();
narrowing();
live();
