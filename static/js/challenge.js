// The extra check: asks Google where it may, else works out a sum, and hands the answer in while somebody still types.
// Without this script, or when anything fails, the question on the page stays; nobody is left standing.
const GOOGLE_SECONDS = 4;
const AT_ONCE = 8;
const MOST_CHALLENGES = 4;

const box = document.querySelector("[data-challenge]");
const form = box.closest("form");
const status = box.querySelector("[data-challenge-status]");
const progress = box.querySelector("[data-challenge-progress]");
const question = box.querySelector("[data-challenge-question]");

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));

const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

const say = (words) => {
  if (status.textContent !== words) {
    status.textContent = words;
  }
};

const show = (share) => {
  progress.hidden = share >= 1;
  progress.value = Math.round(share * 100);
};

const ask = (wanted) => {
  question.hidden = !wanted;
  for (const input of question.querySelectorAll("input")) {
    input.disabled = !wanted;
  }
};

const derive = async (parameters, counter) => {
  const nonce = bytesOf(parameters.nonce);
  const secret = new Uint8Array(nonce.length + 4);
  secret.set(nonce);
  new DataView(secret.buffer).setUint32(nonce.length, counter);
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(parameters.salt), iterations: parameters.cost };
  return hexOf(await crypto.subtle.deriveBits(how, key, parameters.keyLength * 8));
};

// Tries one number after the other, a few at a time; the browser does the sums beside the page.
const solve = async (challenge) => {
  const { parameters } = challenge;
  for (let counter = 0; ; counter += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, step) => counter + step);
    const keys = await Promise.all(counters.map((one) => derive(parameters, one)));
    const found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
    if (found >= 0) {
      return btoa(JSON.stringify({ challenge, solution: { counter: counters[found], derivedKey: keys[found] } }));
    }
    show(0.95 * (1 - Math.exp(-counter / 150)));
  }
};

const handIn = async (answer) => {
  const data = new FormData();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  data.set("purpose", box.dataset.purpose);
  data.set("email", form.elements.email?.value ?? "");
  for (const [name, value] of Object.entries(answer)) {
    data.set(name, value);
  }
  const response = await fetch(box.dataset.url, { method: "POST", body: data, credentials: "same-origin" });
  if (!response.ok) {
    throw new Error(`handed in: ${response.status}`);
  }
  return response.json();
};

// A token of Google, or nothing when its script is blocked or silent.
const google = async () => {
  const until = Date.now() + GOOGLE_SECONDS * 1000;
  while (!window.grecaptcha?.execute && Date.now() < until) {
    await pause(0.1);
  }
  if (!window.grecaptcha?.execute) {
    return "";
  }
  const token = window.grecaptcha.execute(box.dataset.siteKey, { action: box.dataset.purpose });
  return Promise.race([token, pause(GOOGLE_SECONDS).then(() => "")]).catch(() => "");
};

const first = async () => {
  const token = box.dataset.siteKey ? await google() : "";
  const answer = token ? await handIn({ "g-recaptcha-response": token }) : null;
  if (answer?.solved) {
    return answer;
  }
  return { solved: false, wait: 0, next: answer?.next ?? JSON.parse(box.dataset.work) };
};

const finish = async (answer) => {
  for (let number = 0; answer.next; number += 1) {
    if (number === MOST_CHALLENGES) {
      throw new Error("no end to it");
    }
    say(box.dataset.busy);
    show(0);
    answer = await handIn({ challenge_work: await solve(answer.next) });
  }
  if (answer.wait > 0) {
    say(box.dataset.wait);
    for (let second = 0; second < answer.wait; second += 1) {
      show(second / answer.wait);
      await pause(1);
    }
  }
  show(1);
  say(box.dataset.ready);
};

ask(false);
say(box.dataset.busy);
show(0);
let isSending = false;
let checked = first().then(finish);
checked.catch(() => {});

form.addEventListener("submit", async (event) => {
  if (question.hidden === false) {
    return;
  }
  event.preventDefault();
  if (isSending) {
    return;
  }
  isSending = true;
  try {
    await checked;
    // What a try costs depends on the address, which may be typed only now.
    await finish(await handIn({}));
    form.submit();
  } catch {
    isSending = false;
    ask(true);
    show(1);
    say(box.dataset.failed);
    question.querySelector("input").focus();
  }
});
