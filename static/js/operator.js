/* Xã Số: what is under way is asked for again until it has ended. Without a script the page
   itself is loaded again. */
(() => {
  "use strict";
  const EVERY = 2000;
  const LONGEST = 30000;
  const box = document.querySelector("[data-follow]");
  if (!box) return;
  let wait = EVERY;
  const ended = () => box.querySelector("[data-ended]");
  const show = (html) => {
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    box.innerHTML = html;
    if (focused) document.getElementById(focused)?.focus();
  };
  const look = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(box.dataset.follow, { redirect: "manual" });
        /* Signed out meanwhile: the page itself leads to the sign-in, and back. */
        if (answer.type === "opaqueredirect") { location.reload(); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        show(await answer.text());
        wait = EVERY;
      } catch { wait = Math.min(wait * 2, LONGEST); }
    }
    if (ended()) document.getElementById("said").textContent = ended().textContent;
    else setTimeout(look, wait);
  };
  setTimeout(look, wait);
})();
