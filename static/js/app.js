/* Xã Số: what the pages do more when a script runs. Without it everything still works. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Questions that depend on an answer of the same page. The tree is that of
     services/catalogue/browser_conditions.py; as there, a comparison with no answer is false. */
  const value = (name) => {
    const boxes = $$(`[name="${CSS.escape(name)}"]`).filter((box) => !box.closest("[hidden]"));
    if (!boxes.length) return dateOf(name);
    if (boxes[0].type === "checkbox" && boxes.length > 1) {
      return boxes.filter((box) => box.checked).map((box) => box.value);
    }
    const ticks = boxes[0].type === "radio" || boxes[0].type === "checkbox";
    const text = (ticks ? boxes.find((box) => box.checked) : boxes[0])?.value.trim() ?? "";
    if (ticks && boxes.every((box) => box.value === "yes" || box.value === "no")) {
      return text === "" ? null : text === "yes";
    }
    return text === "" ? null : text;
  };
  const dateOf = (name) => {
    const [day, month, year] = ["day", "month", "year"].map((part) => $(`[name="${CSS.escape(name)}_${part}"]`)?.value.trim() ?? "");
    if (!/^\d{4}$/.test(year)) return null;
    return [year, month, day].filter(Boolean).map((part) => part.padStart(2, "0")).join("-");
  };
  const number = (a) => typeof a === "string" && /^-?[\d.\s]+$/.test(a) ? Number(a.replace(/[.\s]/g, "")) : a;
  const missing = (a) => a === null || a === undefined;
  const same = (a, b) => a === b || (typeof a === "number" && number(b) === a) || (typeof b === "number" && number(a) === b);
  const truth = (a) => Array.isArray(a) ? a.length > 0 : Boolean(a);
  const compare = {
    "==": same,
    "!=": (a, b) => !same(a, b),
    "<": (a, b) => number(a) < number(b),
    "<=": (a, b) => number(a) <= number(b),
    ">": (a, b) => number(a) > number(b),
    ">=": (a, b) => number(a) >= number(b),
    "in": (a, b) => b.some((item) => !missing(item) && same(a, item)),
    "not in": (a, b) => !b.some((item) => missing(item) || same(a, item)),
  };
  const work = (tree) => {
    if (!Array.isArray(tree)) return tree;
    const [sign, ...rest] = tree;
    if (sign === "name") return value(rest[0]);
    if (sign === "not") return !truth(work(rest[0]));
    if (sign === "and") return rest.every((part) => truth(work(part)));
    if (sign === "or") return rest.some((part) => truth(work(part)));
    const a = work(rest[0]);
    const b = sign.endsWith("in") && rest[1]?.[0] !== "name" ? rest[1].map(work) : work(rest[1]);
    if (missing(a) || missing(b) || (sign.endsWith("in") && !Array.isArray(b))) return false;
    return compare[sign](a, b);
  };
  let conditional = [];
  const refresh = () => {
    /* What is hidden answers nothing, which may hide more: a few rounds settle it. */
    for (let round = 0, changed = true; changed && round < 9; round += 1) {
      changed = false;
      conditional.forEach(([node, tree]) => {
        const hidden = !truth(work(tree));
        changed = changed || node.hidden !== hidden;
        node.hidden = hidden;
      });
    }
  };
  document.addEventListener("change", refresh);
  document.addEventListener("input", refresh);

  /* A commune by a few letters of its name. */
  const fetched = async (address) => (await fetch(address)).json();
  const suggestCommunes = (box) => {
    const code = document.getElementById(box.id.replace(/_text$/, ""));
    const list = document.createElement("datalist");
    list.id = `${box.id}_list`;
    box.after(list);
    box.setAttribute("list", list.id);
    let known = new Map();
    let timer;
    box.addEventListener("input", () => {
      clearTimeout(timer);
      if (known.has(box.value)) { code.value = known.get(box.value); return; }
      code.value = "";
      const typed = box.value.trim();
      if (typed.length < 2) return;
      timer = setTimeout(async () => {
        try {
          const found = await fetched(`/du-lieu/xa.json?q=${encodeURIComponent(typed)}`);
          if (typed !== box.value.trim()) return;
          known = new Map(found.communes.map(([key, name]) => [name, key]));
          list.replaceChildren(...[...known.keys()].map((name) => new Option(name, name)));
        } catch { /* Offline: the server finds the commune by its name. */ }
      }, 180);
    });
  };

  /* A date in words while it is typed. */
  const writeWords = (output) => {
    const boxes = ["day", "month", "year"].map((part) => $(`[name="${CSS.escape(output.dataset.wordsOf)}_${part}"]`));
    let asked = "";
    boxes.forEach((box) => box?.addEventListener("input", async () => {
      const date = dateOf(output.dataset.wordsOf) ?? "";
      if (date === asked) return;
      asked = date;
      try {
        const { words } = date ? await fetched(`/du-lieu/ngay.json?ngay=${date}`) : { words: "" };
        if (asked !== date) return;
        output.textContent = words;
        output.closest("[data-words]").hidden = !words;
      } catch { /* Offline: the words stand on the review page. */ }
    }));
  };

  /* Files: refused before they are sent when too large, then sent with their progress shown. */
  const told = (box) => {
    let line = $("[data-told]", box.parentNode);
    if (!line) {
      line = document.createElement("div");
      line.dataset.told = "";
      line.className = "hint";
      line.setAttribute("role", "status");
      box.parentNode.append(line);
    }
    return line;
  };
  const chosen = (box) => {
    const files = [...box.files];
    const large = files.filter((file) => file.size > Number(box.dataset.max));
    const line = told(box);
    box.setAttribute("aria-invalid", String(large.length > 0));
    line.classList.toggle("error", large.length > 0);
    if (large.length) {
      line.textContent = large.map((file) => `“${file.name}” (${Math.ceil(file.size / 1048576)} MB) ${box.dataset.tooLarge}`).join(" ");
      box.value = "";
      return false;
    }
    line.textContent = files.map((file) => `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`).join(", ");
    return files.length > 0;
  };
  const send = (box) => {
    const form = box.form;
    const data = new FormData(form);
    const line = told(box);
    const bar = document.createElement("progress");
    const label = document.createElement("span");
    data.append("upload", "1");
    label.textContent = `${box.dataset.sending} ${line.textContent}`;
    bar.setAttribute("aria-label", label.textContent);
    bar.max = 1;
    bar.value = 0;
    line.replaceChildren(label, bar);
    form.dataset.sent = "1";
    const request = new XMLHttpRequest();
    const lost = async () => {
      delete form.dataset.sent;
      box.value = "";
      /* An ended session leads to the sign-in of another site, which looks like a lost connection
         to a script: the page itself then leads there, and back. */
      try {
        const page = await fetch(location.href, { redirect: "manual" });
        if (page.type === "opaqueredirect") { location.reload(); return; }
      } catch { /* Truly offline. */ }
      line.classList.add("error");
      line.textContent = box.dataset.lost;
    };
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded / event.total; });
    request.addEventListener("error", lost);
    request.addEventListener("timeout", lost);
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const fresh = $("[data-swap]", page);
      /* Signed out meanwhile, or an error page: let the browser show it. */
      if (!fresh) { location.reload(); return; }
      $("[data-swap]").replaceWith(fresh);
      enhance(fresh);
      if (!$("[data-focus]", fresh)) document.getElementById(box.id)?.focus();
    });
    request.open("POST", form.action);
    request.send(data);
  };

  /* What was typed outlives a lost connection: kept in this tab until the server answers. */
  const PREFIX = "xaso:";
  const boxesOf = (form) => $$("input:not([type=hidden]):not([type=file]), select, textarea", form);
  const isTick = (box) => box.type === "radio" || box.type === "checkbox";
  const keepTyped = (form) => {
    const key = PREFIX + form.dataset.keep;
    let stored = null;
    try {
      stored = JSON.parse(sessionStorage.getItem(key));
      forgetTyped();
    } catch { return; }
    /* The answer to what was sent shows it itself. */
    if (stored && !("answered" in form.dataset)) {
      const values = new Map(stored);
      boxesOf(form).forEach((box) => {
        if (isTick(box)) box.checked = (values.get(box.name) ?? []).includes(box.value);
        else if (values.has(box.name)) box.value = values.get(box.name)[0];
      });
      const note = document.createElement("p");
      note.className = "note note--soon";
      note.setAttribute("role", "status");
      note.textContent = form.dataset.kept;
      form.before(note);
    }
    form.addEventListener("submit", (event) => {
      if (["_add", "_remove"].includes(event.submitter?.name)) return;
      const values = new Map();
      boxesOf(form).forEach((box) => {
        if (!values.has(box.name)) values.set(box.name, []);
        if (!isTick(box) || box.checked) values.get(box.name).push(box.value);
      });
      try { sessionStorage.setItem(key, JSON.stringify([...values])); } catch { /* full or forbidden */ }
    });
  };
  const forgetTyped = () => Object.keys(sessionStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => sessionStorage.removeItem(name));

  /* One click sends once. The button stays enabled, so that its name and value are sent. */
  const sendOnce = (form) => form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.classList.add("is-busy");
    setTimeout(() => wake(form), 8000);
  });
  const wake = (form) => {
    delete form.dataset.sent;
    $$(".is-busy", form).forEach((button) => button.classList.remove("is-busy"));
  };
  /* The browser's way back wakes the button up again. */
  addEventListener("pageshow", (event) => { if (event.persisted) $$("form[data-sent]").forEach(wake); });

  const enhance = (root) => {
    conditional = $$("[data-when]").map((node) => [node, JSON.parse(node.dataset.when)]);
    $$("input[data-commune]", root).forEach(suggestCommunes);
    $$("[data-words-of]", root).forEach(writeWords);
    $$("input[type=file][data-max]", root).forEach((box) => {
      const pick = $(".pick", box.parentNode);
      if (pick) { pick.hidden = false; box.classList.add("vh"); }
      box.addEventListener("change", () => { if (chosen(box) && pick) send(box); });
    });
    if ($(".pick", root)) $$("[data-plain]", root).forEach((button) => { button.hidden = true; });
    $$("form[method=post]", root).forEach(sendOnce);
    $$("[data-print]", root).forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });
    refresh();
    /* The summary of errors is read first. */
    $("[data-focus]", root)?.focus();
  };
  const kept = $("form[data-keep]");
  if (kept) keepTyped(kept);
  /* Opening the desk again is on the way back to the form. */
  else if (!$("[data-passing]")) try { forgetTyped(); } catch { /* storage is forbidden */ }
  enhance(document);
})();
