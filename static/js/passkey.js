// After a passkey is made, go on to the next page by itself.
document.addEventListener("otp_webauthn.register_complete", () => {
  const next = document.querySelector("[data-after-passkey]");
  if (next) window.location.assign(next.href);
});
