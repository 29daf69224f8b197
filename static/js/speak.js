// Who cannot read yet lets the browser say it: the question and all choices once, then whatever is under the finger or
// has the focus. Only where the browser speaks; the choice is kept for this visit.
const button = document.querySelector("[data-speak]");
const voice = window.speechSynthesis;
const KEY = "speak";
const CHOICES = ".picture-pad__picture, .choice-tile, .number-pad__key, .tile, .ask-sign, .button--pupil";

function words(element) {
  return (element.getAttribute("aria-label") || element.innerText || "").trim();
}

function say(text, element) {
  const spoken = new SpeechSynthesisUtterance(text);
  spoken.lang = document.documentElement.lang || "nl";
  spoken.rate = 0.9;
  if (element) {
    spoken.onstart = () => element.classList.add("is-spoken");
    spoken.onend = spoken.onerror = () => element.classList.remove("is-spoken");
  }
  voice.speak(spoken);
}

function sayOne(event) {
  const element = event.target.closest && event.target.closest(CHOICES);
  if (element && words(element)) {
    voice.cancel();
    say(words(element), element);
  }
}

function sayAll() {
  const question = document.querySelector("main h1");
  if (question) say(words(question));
  document.querySelectorAll("main .pupil-say").forEach((one) => say(words(one)));
  document.querySelectorAll(CHOICES).forEach((one) => words(one) && say(words(one), one));
}

function turn(on) {
  button.setAttribute("aria-pressed", String(on));
  for (const kind of ["focusin", "pointerover"]) {
    document.querySelector("main")[on ? "addEventListener" : "removeEventListener"](kind, sayOne);
  }
  if (!on) voice.cancel();
}

function kept() {
  try {
    return sessionStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

function keep(on) {
  try {
    if (on) sessionStorage.setItem(KEY, "on");
    else sessionStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}

if (button && voice && window.SpeechSynthesisUtterance) {
  button.hidden = false;
  if (kept()) turn(true);
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    turn(on);
    keep(on);
    if (on) sayAll();
  });
  window.addEventListener("pagehide", () => voice.cancel());
}
