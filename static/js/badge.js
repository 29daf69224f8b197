// A badge is opened with the device's own camera (its secret then stands behind the # of the address), or scanned here.
// The secret leaves the address at once and goes to the server in the body of the form.
const SECRET = /#([a-z2-7]{26})$/i;
const WIDTH = 480;
const form = document.querySelector("[data-badge-form]");
const field = form.querySelector("input[name='badge']");
const box = document.querySelector("[data-badge-scan]");
const video = box.querySelector("video");
const words = box.querySelector("[role='status']");
const startButton = box.querySelector("[data-badge-start]");
const turnButton = box.querySelector("[data-badge-turn]");
const canvas = document.createElement("canvas");
let stream = null;
let facing = window.matchMedia("(max-width: 40rem)").matches ? "environment" : "user";

function send(secret) {
  field.value = secret;
  form.requestSubmit();
}

function stop() {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
}

function loadReader(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("no reader"));
    document.head.append(script);
  });
}

// Give a function that reads the picture on the canvas: the browser's own reader, or jsQR where there is none.
async function reader() {
  if ("BarcodeDetector" in window && (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(canvas)).map((code) => code.rawValue);
  }
  if (!window.jsQR) await loadReader(box.dataset.jsqr);
  return async () => {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const code = window.jsQR(picture.data, picture.width, picture.height);
    return code ? [code.data] : [];
  };
}

function draw() {
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
}

async function look(read, current) {
  while (stream === current) {
    if (video.videoWidth) {
      draw();
      const found = (await read()).map((text) => SECRET.exec(text)).find(Boolean);
      if (found && stream === current) {
        words.textContent = box.dataset.seen;
        stop();
        send(found[1]);
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

async function start() {
  stop();
  try {
    const read = await reader();
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: facing } } });
    video.srcObject = stream;
    video.classList.toggle("scan__picture--mirror", facing === "user");
    video.hidden = false;
    turnButton.hidden = false;
    startButton.hidden = true;
    words.textContent = box.dataset.looking;
    await video.play();
    await look(read, stream);
  } catch {
    stop();
    video.hidden = true;
    startButton.hidden = false;
    words.textContent = box.dataset.noCamera;
  }
}

const opened = SECRET.exec(window.location.hash);
if (window.location.hash) history.replaceState(null, "", window.location.pathname);
if (opened) {
  send(opened[1]);
} else if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
  box.hidden = false;
  startButton.addEventListener("click", start);
  turnButton.addEventListener("click", () => {
    facing = facing === "user" ? "environment" : "user";
    start();
  });
  window.addEventListener("pagehide", stop);
}
window.addEventListener("hashchange", () => window.location.reload());
