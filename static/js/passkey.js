/* Xã Số: passkeys. The page carries what the browser is asked for; what it answers is sent as a
   field of the form. Without a script, or in a browser without passkeys, the code remains. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const { publicKey } = JSON.parse(form.dataset.passkey);
  const making = Boolean(publicKey.user);
  publicKey.challenge = bytes(publicKey.challenge);
  if (making) publicKey.user.id = bytes(publicKey.user.id);
  const named = making ? "excludeCredentials" : "allowCredentials";
  publicKey[named] = (publicKey[named] ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const answered = (credential) => {
    const { response } = credential;
    const parts = making
      ? { attestationObject: response.attestationObject }
      : { authenticatorData: response.authenticatorData, signature: response.signature };
    const told = Object.entries({ clientDataJSON: response.clientDataJSON, ...parts });
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(told.map(([name, buffer]) => [name, text(buffer)])),
      clientExtensionResults: {},
    });
  };
  const said = form.querySelector("[data-said]");
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    said.hidden = true;
    try {
      const asked = { publicKey };
      const credential = await (making ? navigator.credentials.create(asked) : navigator.credentials.get(asked));
      form.elements.passkey.value = answered(credential);
      form.submit();
    } catch {
      said.hidden = false;
      /* app.js lets a form be sent once: it may be sent again. */
      delete form.dataset.sent;
      form.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
    }
    asking = false;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.reportValidity()) ask();
  });
  document.querySelectorAll("[data-passkey-part]").forEach((part) => { part.hidden = false; });
  document.querySelectorAll("[data-passkey-less]").forEach((part) => { part.hidden = true; });
})();
