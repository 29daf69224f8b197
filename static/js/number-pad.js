// A pupil at a keyboard just types: the first digit finds its field, the fourth one sends it.
const field = document.querySelector(".number-line input[name='pincode']");

document.addEventListener("keydown", (event) => {
  if (/^[0-9]$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) {
    field.focus();
  }
});
field.addEventListener("input", () => {
  if (/^[0-9]{4}$/.test(field.value)) {
    field.form.requestSubmit();
  }
});
