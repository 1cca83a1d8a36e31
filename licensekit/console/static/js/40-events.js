// Whom an event is for: users are found by name while somebody types, in the list of users.
function people() {
  for (const field of all("input[data-people]")) {
    let timer = 0;
    const find = async () => {
      const wanted = field.value.trim();
      if (!wanted) return;
      const address = `${field.dataset.people}?${new URLSearchParams({ q: wanted })}`;
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || field.value.trim() !== wanted) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = all('#results th a[href*="/user?"]', page).slice(0, 20);
      field.list.replaceChildren(...found.map((link) => {
        const id = new URL(link.href, location.href).searchParams.get("id");
        return new Option(link.textContent, id);
      }));
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(find, 200);
    });
  }
}

people();
