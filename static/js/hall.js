/* Xã Số: what the hall's pages do more when a script runs: the call screen follows by itself,
   a kiosk goes back to its first page, the counter learns what the phone answered. */
(() => {
  "use strict";
  const body = document.body;

  /* A page that asks for a part of itself every few seconds; 304 means nothing is new. */
  const follow = (box) => {
    let mark = box.dataset.mark || "";
    const lost = document.querySelector("[data-lost]");
    const ask = async () => {
      try {
        const headers = mark ? { "If-None-Match": mark } : {};
        const answer = await fetch(box.dataset.follow, { headers, cache: "no-store", redirect: "manual" });
        if (answer.status === 404 || answer.type === "opaqueredirect") { location.reload(); return; }
        if (answer.status !== 200 && answer.status !== 304) throw new Error(String(answer.status));
        if (lost) lost.hidden = true;
        if (answer.status === 200) {
          const html = await answer.text();
          const changed = html.trim() !== box.innerHTML.trim();
          mark = answer.headers.get("ETag") || "";
          if (changed) {
            box.innerHTML = html;
            if (box.dataset.mark !== undefined) chime();
          }
          if (box.querySelector("[data-done]")) return;
        }
      } catch { if (lost) lost.hidden = false; }
      setTimeout(ask, Number(box.dataset.every) || 3000);
    };
    setTimeout(ask, Number(box.dataset.every) || 3000);
  };

  /* Two tones, made here: no file to fetch. Browsers want a press first, once. */
  let audio = null;
  const chime = () => {
    if (!audio) return;
    [[660, 0], [523, 0.35]].forEach(([tone, wait]) => {
      const voice = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + wait;
      voice.frequency.value = tone;
      volume.gain.setValueAtTime(0.4, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      voice.connect(volume).connect(audio.destination);
      voice.start(at);
      voice.stop(at + 0.6);
    });
  };
  const bell = document.querySelector("[data-bell]");
  if (bell) {
    bell.hidden = false;
    bell.addEventListener("click", () => {
      audio = new AudioContext();
      chime();
      bell.hidden = true;
    });
  }

  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const tell = () => { clock.textContent = new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" }); };
    tell();
    setInterval(tell, 5000);
  }

  document.querySelectorAll("[data-follow]").forEach(follow);

  /* Somebody walked away: the next person finds the first page. A touch or a key waits on. */
  if (body.dataset.home) {
    let timer;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => { location.href = body.dataset.home; }, Number(body.dataset.idle) * 1000);
    };
    ["pointerdown", "keydown"].forEach((name) => document.addEventListener(name, wait));
    wait();
  }
  if (body.dataset.print !== undefined) print();
})();
