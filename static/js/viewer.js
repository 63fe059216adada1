/* Xã Số: turning pages of a paper without loading the case again. The links do the same. */
(() => {
  "use strict";
  const viewer = document.querySelector("[data-viewer]");
  const picture = viewer?.querySelector("[data-picture]");
  if (!picture) return;
  const all = (selector) => [...viewer.querySelectorAll(selector)];
  const pages = Number(viewer.dataset.pages);
  const source = (page) => picture.getAttribute("src").replace(/\/trang\/\d+\//, `/trang/${page}/`).replace(/\?.*$/, "");
  const alt = picture.alt.replace(/\d+$/, "");
  const waiting = viewer.querySelector("[data-waiting]");
  let tries = 0;
  let timer;

  /* What stands in the address is what is seen, so that the page may be loaded again or sent on. */
  const remember = () => {
    const address = new URL(location.href);
    address.searchParams.set("giay-to", picture.src.match(/giay-to\/([0-9a-f-]+)\//)[1]);
    address.searchParams.set("trang", viewer.dataset.page);
    address.searchParams.set("xem", viewer.dataset.view);
    address.searchParams.set("xoay", viewer.dataset.turn);
    history.replaceState(null, "", address);
  };
  const shown = (page) => all(`[data-to="${page}"]`).some((link) => link.closest(".strip"));
  const open = (page) => {
    clearTimeout(timer);
    tries = 0;
    viewer.dataset.page = page;
    picture.src = source(page);
    picture.alt = alt + page;
    picture.parentNode.scrollTop = 0;
    all("[data-go]").forEach((link) => { link.hidden = page === (link.dataset.go === "1" ? pages : 1); });
    all("[data-now]").forEach((node) => { node.textContent = page; });
    all("[data-note-page]").forEach((node) => { node.value = page; });
    all("[data-note]").forEach((node) => node.classList.toggle("is-here", Number(node.dataset.note) === page));
    all(".strip [data-to]").forEach((link) => {
      if (Number(link.dataset.to) !== page) { link.removeAttribute("aria-current"); return; }
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
    remember();
    if (page < pages) new Image().src = source(page + 1);
  };

  /* A page without its picture yet is two dots wide; it is asked for again, ever more rarely. */
  const look = () => {
    const late = picture.naturalWidth > 0 && picture.naturalWidth <= 2;
    waiting.hidden = !late;
    if (!late || tries > 8) return;
    tries += 1;
    const page = viewer.dataset.page;
    timer = setTimeout(() => {
      if (viewer.dataset.page !== page) return;
      picture.src = `${source(page)}?lan=${tries}`;
      all(`.strip img`).filter((one) => one.naturalWidth <= 2).forEach((one) => { one.src = `${one.getAttribute("src").replace(/\?.*$/, "")}?lan=${tries}`; });
    }, 700 * tries);
  };
  picture.addEventListener("load", look);
  if (picture.complete) look();

  const see = (view) => {
    viewer.dataset.view = view;
    all("[data-see]").forEach((link) => {
      if (link.dataset.see === view) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    remember();
  };
  const turn = () => {
    viewer.dataset.turn = (Number(viewer.dataset.turn) + 90) % 360;
    remember();
  };
  /* Beyond the strip the server draws the next one. */
  const go = (step) => {
    const page = Number(viewer.dataset.page) + step;
    if (page < 1 || page > pages) return true;
    if (pages > 1 && !shown(page)) return false;
    open(page);
    return true;
  };
  const leave = (page) => {
    const address = new URL(location.href);
    address.searchParams.set("giay-to", picture.src.match(/giay-to\/([0-9a-f-]+)\//)[1]);
    address.searchParams.set("trang", page);
    address.hash = "giay-to";
    location.assign(address);
  };
  const step = (by) => { if (!go(by)) leave(Number(viewer.dataset.page) + by); };

  viewer.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (link.dataset.go) step(Number(link.dataset.go));
    else if (link.dataset.to && (shown(link.dataset.to) || pages === 1)) open(Number(link.dataset.to));
    else if (link.dataset.see) see(link.dataset.see);
    else if ("rotate" in link.dataset) turn();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "z") see(viewer.dataset.view === "rong" ? "ca-trang" : "rong");
    else if (event.key === "r") turn();
    else return;
    event.preventDefault();
  });
})();
