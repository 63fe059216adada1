/* Xã Số: what the pages do more when a script runs. Without it everything still works. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* The summary of errors is read first. */
  $("[data-focus]")?.focus();

  /* Questions that depend on an answer of the same page. */
  const answer = (name) => {
    const boxes = $$(`[name="${CSS.escape(name)}"]`);
    const ticked = boxes.filter((box) => box.type !== "radio" && box.type !== "checkbox" || box.checked);
    if (boxes.length && boxes[0].type === "checkbox" && boxes.length > 1) return ticked.map((box) => box.value);
    const value = ticked[0]?.value ?? "";
    return value === "yes" ? true : value === "no" ? false : value === "" ? null : value;
  };
  const same = (a, b) => a === b || (typeof b === "number" && a !== null && Number(a) === b);
  const holds = (tree) => {
    if (!Array.isArray(tree)) return tree;
    const [op, ...rest] = tree;
    if (op === "name") return answer(rest[0]);
    if (op === "not") return !holds(rest[0]);
    if (op === "and") return rest.every(holds);
    if (op === "or") return rest.some(holds);
    if (op === "in") return rest[1].some((item) => same(holds(rest[0]), item));
    const [a, b] = rest.map(holds);
    if (op === "==") return same(a, b);
    if (op === "!=") return a !== null && !same(a, b);
    return true;
  };
  const conditional = $$("[data-when]").map((node) => [node, JSON.parse(node.dataset.when)]);
  const refresh = () => conditional.forEach(([node, tree]) => { node.hidden = !holds(tree); });
  if (conditional.length) {
    document.addEventListener("change", refresh);
    refresh();
  }

  /* A commune by a few letters of its name. */
  $$("[data-commune]").forEach((box) => {
    const code = document.getElementById(box.id.replace(/_text$/, ""));
    const list = document.createElement("datalist");
    list.id = `${box.id}_list`;
    box.after(list);
    box.setAttribute("list", list.id);
    let known = new Map();
    let timer;
    box.addEventListener("input", () => {
      if (known.has(box.value)) { code.value = known.get(box.value); return; }
      code.value = "";
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (box.value.trim().length < 2) return;
        try {
          const found = await (await fetch(`/du-lieu/xa.json?q=${encodeURIComponent(box.value)}`)).json();
          known = new Map(found.communes.map(([value, name]) => [name, value]));
          list.replaceChildren(...[...known.keys()].map((name) => new Option(name, name)));
        } catch { /* Offline: the server finds the commune by its name. */ }
      }, 180);
    });
  });

  /* A file that is too large is told before it is sent. */
  $$("input[type=file][data-max-mb]").forEach((box) => {
    const note = document.createElement("p");
    note.className = "hint";
    note.setAttribute("role", "status");
    box.after(note);
    box.addEventListener("change", () => {
      const limit = Number(box.dataset.maxMb);
      const large = [...box.files].find((file) => file.size > limit * 1048576);
      note.textContent = large
        ? `“${large.name}”: ${Math.ceil(large.size / 1048576)} MB > ${limit} MB.`
        : [...box.files].map((file) => `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`).join(", ");
      box.setAttribute("aria-invalid", String(Boolean(large)));
    });
  });

  /* One click sends once; the browser's way back wakes the button up again. */
  $$("form[method=post]").forEach((form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  }));
  addEventListener("pageshow", () => $$("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  /* What was typed outlives a lost connection: kept in this tab until the server has it. */
  const kept = $("form[data-keep]");
  const prefix = "xaso:";
  if (kept) {
    const key = prefix + kept.dataset.keep;
    const fields = () => $$("input:not([type=hidden]):not([type=file]), select, textarea", kept);
    kept.addEventListener("submit", () => {
      const values = fields().map((box) => [box.name, box.type === "radio" || box.type === "checkbox" ? [box.value, box.checked] : box.value]);
      sessionStorage.setItem(key, JSON.stringify(values));
    });
    const stored = sessionStorage.getItem(key);
    const untouched = fields().every((box) => box.type === "radio" || box.type === "checkbox" ? !box.checked : !box.value || box.tagName === "SELECT");
    if (stored && untouched) {
      const values = JSON.parse(stored);
      fields().forEach((box, index) => {
        const [name, value] = values[index] ?? [];
        if (name !== box.name) return;
        if (Array.isArray(value)) box.checked = value[1];
        else box.value = value;
      });
      refresh();
    }
    $$(".oops").length || Object.keys(sessionStorage).filter((name) => name.startsWith(prefix) && name !== key).forEach((name) => sessionStorage.removeItem(name));
  }

  $$("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });

  /* The desk: the hand need not leave the keyboard. */
  const rows = $$(".desk table.grid tbody tr").filter((row) => $("a", row));
  let at = -1;
  const move = (by) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("cur");
    at = Math.min(Math.max(at + by, 0), rows.length - 1);
    rows[at].classList.add("cur");
    $("a", rows[at]).focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else {
      const target = $(`.desk [data-key="${CSS.escape(event.key)}"]`);
      if (!target) return;
      event.preventDefault();
      target.tagName === "INPUT" ? target.focus() : target.click();
    }
  });
})();
