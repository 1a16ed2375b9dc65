// Gravar uma nota de voz pelo microfone, se o navegador e a pessoa deixam.
import { button, element, icon } from "/nodes.js";

const LONGEST_MS = 5 * 60_000;
const TYPES = ["audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4", "audio/webm;codecs=opus"]; // como no aplicativo, se der

// O que se vê para gravar; `done(blob)` recebe a gravação.
export function recorder(done) {
  const box = element("div", "recorder");
  const type = TYPES.find((each) => window.MediaRecorder?.isTypeSupported(each));
  if (!type || !navigator.mediaDevices) {
    box.append(element("p", "hint", "Este navegador não grava aqui. Mande o exemplo."));
    return box;
  }
  const words = element("p", "hint", "O navegador vai pedir licença para usar o microfone.");
  words.setAttribute("role", "status");
  const start = button("fresh", "", async () => {
    start.disabled = true;
    try {
      await record(box, words, type, done);
    } catch {
      words.textContent = "O microfone não foi liberado. Mande o exemplo.";
      start.disabled = false;
    }
  });
  start.append(icon("i-mic"), "Gravar");
  box.append(words, start);
  return box;
}

async function record(box, words, type, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const tape = new MediaRecorder(stream, { mimeType: type });
  const pieces = [];
  const began = Date.now();
  let kept = false;
  const tick = setInterval(() => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    words.textContent = `Gravando ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (!box.isConnected || !box.closest("dialog").open) tape.stop(); // fechou a folha: desistiu
    else if (Date.now() - began > LONGEST_MS) { kept = true; tape.stop(); }
  }, 250);
  tape.addEventListener("dataavailable", (event) => pieces.push(event.data));
  tape.addEventListener("stop", () => {
    clearInterval(tick);
    stream.getTracks().forEach((track) => track.stop());
    if (kept) done(new Blob(pieces, { type }));
  });
  tape.start();
  words.textContent = "Gravando 0:00";
  const stop = button("fresh", "", () => { kept = true; tape.stop(); });
  stop.append(icon("i-send"), "Parar e enviar");
  box.querySelector(".fresh").replaceWith(stop);
  stop.focus();
}
