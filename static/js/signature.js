/* Xã Số: the receiver of a result signs on the counter's screen. Without it they sign on paper. */
(() => {
  "use strict";
  const field = document.querySelector("[data-signature]");
  const canvas = field?.querySelector("canvas");
  const file = field?.querySelector("input[type=file]");
  const pen = canvas?.getContext("2d");
  if (!pen || typeof DataTransfer !== "function") return;
  field.hidden = false;
  let drawing = false;
  let length = 0;

  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    length = 0;
    file.value = "";
  };
  /* The picture has a size of its own; the page shows it as wide as there is room. */
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      (event.clientX - box.left) * (canvas.width / box.width),
      (event.clientY - box.top) * (canvas.height / box.height),
    ];
  };
  const begin = (event) => {
    if (event.button) return;
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.strokeStyle = "#10204a";
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...at(event));
    event.preventDefault();
  };
  const draw = (event) => {
    if (!drawing) return;
    pen.lineTo(...at(event));
    pen.stroke();
    length += 1;
  };
  /* After each stroke, and at once, so that sending the form waits for nothing. A stray touch is no
     signature. */
  const end = () => {
    if (!drawing) return;
    drawing = false;
    if (length < 5) return;
    const picture = Uint8Array.from(atob(canvas.toDataURL().split(",")[1]), (one) => one.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([picture], "chu-ky.png", { type: "image/png" }));
    file.files = carried.files;
  };

  clear();
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", draw);
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  field.querySelector("[data-sign-again]").addEventListener("click", clear);
})();
