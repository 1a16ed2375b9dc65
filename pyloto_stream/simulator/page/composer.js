// A caixa de escrever: o texto, a que mensagem ele responde, ou qual ele corrige.
import { $ } from "/nodes.js";

const text = $("text");
let about = null; // {item, edit}
let [send, ready] = [async () => true, Promise.resolve()];

// `sender(texto, sobre)` diz se o texto saiu; quem escreve antes de `known` não perde o texto.
export function begin(sender, known) {
  [send, ready] = [sender, known];
}

export const focus = () => text.focus();

export function reply(item) {
  ask(item, false, `Respondendo a ${item.mine ? "você" : "atendimento"}`);
}

export function edit(item) {
  ask(item, true, "Corrigindo a sua mensagem");
  text.value = item.text;
  grow();
}

// A mensagem a que a próxima responde; quem pergunta fica com a resposta, e a caixa a esquece.
export function takeReply() {
  const id = about && !about.edit ? about.item.id : "";
  if (id) leave();
  return id;
}

export function leave() {
  if (about?.edit) text.value = "";
  about = null;
  $("about-reply").hidden = true;
  grow();
}

function ask(item, edit, title) {
  leave();
  about = { item, edit };
  $("about-reply-title").textContent = title;
  $("about-reply-text").textContent = item.text || item.header || item.media?.name || "Mensagem";
  $("about-reply").hidden = false;
  text.focus();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

async function submit() {
  await ready;
  const written = text.value.trim();
  if (!written) return;
  const was = about;
  text.value = "";
  leave();
  if (!(await send(written, was)) && !text.value) {
    text.value = written;
    grow();
  }
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && about) leave();
});
$("about-reply-close").addEventListener("click", () => { leave(); text.focus(); });
