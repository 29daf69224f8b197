// Tells while a new password is typed which rules it keeps. The server checks them again, and whether it is easy to guess.
const RULES = {
  shortest: (password) => [...password].length >= 8,
  longest: (password) => password.length > 0 && [...password].length <= 20,
  letter: (password) => /\p{L}/u.test(password),
  digit: (password) => /[0-9]/.test(password),
};
const PAUSE_MILLISECONDS = 700;

for (const box of document.querySelectorAll("[data-password-rules]")) {
  const field = document.getElementById(box.dataset.passwordRules);
  const said = box.querySelector("[data-rules-said]");
  let speaking;

  const look = () => {
    const password = field.value.normalize("NFC");
    const lacking = [];
    for (const item of box.querySelectorAll("[data-rule]")) {
      const isKept = RULES[item.dataset.rule](password);
      item.classList.toggle("is-kept", isKept);
      item.querySelector("[data-rule-good]").textContent = isKept ? `✓ ${box.dataset.good}` : "";
      if (!isKept) {
        lacking.push(item.querySelector("[data-rule-words]").textContent);
      }
    }
    clearTimeout(speaking);
    // Said once somebody pauses, not at each key.
    speaking = setTimeout(() => {
      said.textContent = lacking.length ? `${box.dataset.lacking} ${lacking.join(", ")}` : box.dataset.all;
    }, PAUSE_MILLISECONDS);
  };

  box.hidden = false;
  field.addEventListener("input", look);
}
