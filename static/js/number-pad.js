// A pupil at a keyboard just types: the first digit finds its field, the fourth one sends it.
const field = document.querySelector(".number-line input[name='pincode']");
let isSent = false;

document.addEventListener("keydown", (event) => {
  if (/^[0-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) {
    field.focus();
  }
});
// Enter after the fourth digit is no second try.
field.form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
});
window.addEventListener("pageshow", () => {
  isSent = false;
});
field.addEventListener("input", () => {
  if (!isSent && /^[0-9]{4}$/.test(field.value)) {
    field.form.requestSubmit();
  }
});
