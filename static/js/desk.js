/* Xã Số · desk.js: the desk by keyboard, and the ticked rows of the work list. Every page works without it. */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  /* Kept in this tab: the list that was open with its rows, and the row that was left. */
  const keep = (name, value) => { try { sessionStorage.setItem(`desk:${name}`, JSON.stringify(value)); } catch { /* full or forbidden */ } };
  const kept = (name) => { try { return JSON.parse(sessionStorage.getItem(`desk:${name}`)); } catch { return null; } };

  const rows = $$(".desk table.grid tbody tr").filter((row) => $("a", row));
  const linkOf = (row) => $("a", row);
  let at = -1;
  const go = (to, focus = true) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("cur");
    at = Math.min(Math.max(to, 0), rows.length - 1);
    rows[at].classList.add("cur");
    if (focus) linkOf(rows[at]).focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const leave = () => { rows[at]?.classList.remove("cur"); at = -1; document.activeElement?.blur(); };

  /* The ticks of the work list. */
  const boxes = $$(".worklist input[name=chon]");
  const all = $("[data-all]"), bar = $("[data-ticked]");
  const ticked = () => boxes.filter((box) => box.checked).length;
  const tell = () => {
    if (!bar) return;
    const n = ticked(), words = $("[data-count]", bar);
    bar.hidden = n === 0;
    document.body.classList.toggle("has-ticks", n > 0);
    words.textContent = words.dataset.count.replace("{n}", n);
    all.checked = n === boxes.length;
    all.indeterminate = n > 0 && n < boxes.length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("picked", box.checked));
    $$("button[name=viec]", bar).forEach((button, i) => { if (i < 4) button.dataset.key = i + 1; });
  };
  const tickAll = (on) => { boxes.forEach((box) => { box.checked = on; }); tell(); };
  if (bar) {
    all.hidden = false;
    all.addEventListener("change", () => tickAll(all.checked));
    let last = null;
    boxes.forEach((box, i) => box.addEventListener("click", (event) => {
      /* With Shift all rows between the last one and this are ticked alike. */
      if (event.shiftKey && last !== null) boxes.slice(Math.min(last, i), Math.max(last, i) + 1).forEach((one) => { one.checked = box.checked; });
      last = i;
      tell();
    }));
    for (const [selector, on] of [["[data-every]", true], ["[data-none]", false]]) {
      $(selector, bar)?.addEventListener("click", (event) => { event.preventDefault(); tickAll(on); });
    }
    tell();
    /* A page that the browser brings back still has its ticks. */
    addEventListener("pageshow", tell);
  }

  /* Back from a case the list is where it was left. */
  const list = $(".worklist");
  if (list) {
    const here = location.pathname + location.search;
    const before = kept("list");
    keep("list", { here, cases: rows.map((row) => linkOf(row).pathname) });
    const left = kept("row");
    const found = before?.here === here ? rows.findIndex((row) => linkOf(row).pathname === left) : -1;
    if (found >= 0) go(found);
  }
  $$("a[data-back]").forEach((link) => { const before = kept("list"); if (before) link.href = before.here; });
  const known = kept("list")?.cases ?? [];
  const place = known.findIndex((path) => location.pathname.startsWith(path));
  if (place >= 0) keep("row", known[place]);

  const press = (key) => {
    const target = $(`.desk [data-key="${CSS.escape(key)}"]`);
    if (!target || target.closest("[hidden]")) return false;
    if (["INPUT", "SELECT"].includes(target.tagName)) target.focus(); else target.click();
    return true;
  };
  const jump = (key) => { const link = $(`.desk [data-go="${CSS.escape(key)}"]`); link?.click(); return Boolean(link); };
  const escape = () => {
    const open = $("details.keys[open]");
    if (open) { open.open = false; return true; }
    if (ticked()) { tickAll(false); return true; }
    if (at >= 0) { leave(); return true; }
    const back = $("a[data-back]");
    back?.click();
    return Boolean(back);
  };
  let jumping = -Infinity;
  const act = (key) => {
    if (performance.now() - jumping < 1500) { jumping = -Infinity; return jump(key); }
    if (key === "g") { jumping = performance.now(); return true; }
    if (key === "j" || key === "k") { if (!rows.length) return false; go(at < 0 && key === "k" ? rows.length - 1 : at + (key === "j" ? 1 : -1)); return true; }
    if (key === "x" && at >= 0 && bar) { const box = $("input[name=chon]", rows[at]); box.checked = !box.checked; tell(); return true; }
    if (key === "Escape") return escape();
    if (press(key)) return true;
    if (key === "t" && place >= 0 && known[place + 1]) { location.href = known[place + 1]; return true; }
    return false;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
    if (field) { if (event.key === "Escape") field.blur(); return; }
    if (act(event.key)) event.preventDefault();
  });
  /* Whoever moves with Tab or the mouse goes on from there with j and k. */
  rows.forEach((row, i) => row.addEventListener("focusin", () => { if (i !== at) { rows[at]?.classList.remove("cur"); at = i; row.classList.add("cur"); } }));
})();
