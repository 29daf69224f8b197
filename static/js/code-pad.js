// Taps are gathered here and sent in one go; without this script each tap is a page of its own.
const PARTS = 4;
const pad = document.querySelector("#code-pad");
const line = document.querySelector("[data-tapped]");
const words = line.querySelector("[role='status']");
const dots = line.querySelectorAll(".code-dots__dot");
const back = line.querySelector("button[name='back']");
const typed = document.querySelector(".number-line input[name='pincode']");
const tapped = [];
let isSent = false;

function show() {
  dots.forEach((dot, place) => dot.classList.toggle("code-dots__dot--filled", place < tapped.length));
  words.textContent = line.dataset.tapped.replace("#", tapped.length);
  back.disabled = tapped.length === 0;
}

function send() {
  isSent = true;
  if (typed) {
    typed.value = tapped.join("");
    typed.form.action = pad.action;
    typed.form.requestSubmit();
    return;
  }
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "pictures";
  field.value = tapped.join(" ");
  pad.append(field);
  pad.submit();
}

pad.addEventListener("click", (event) => {
  const key = event.target.closest("button");
  if (!key) return;
  event.preventDefault();
  if (isSent) return;
  tapped.push(key.value);
  show();
  if (tapped.length === PARTS) send();
});
back.addEventListener("click", (event) => {
  event.preventDefault();
  if (isSent) return;
  tapped.pop();
  show();
  // A button that switches itself off would lose the keyboard's place.
  if (back.disabled) pad.querySelector("button").focus();
});
// Back in the browser brings the page as it was left: nothing is tapped then.
window.addEventListener("pageshow", () => {
  pad.querySelectorAll("input[name='pictures']").forEach((field) => field.remove());
  if (typed) typed.value = "";
  tapped.length = 0;
  isSent = false;
  show();
});
