// A tela: junta a conversa, a escrita, as folhas e os avisos.
import { menu } from "/actions.js";
import { attach, where } from "/attach.js";
import { choosePerson, paint, phoneWords } from "/cast.js";
import * as composer from "/composer.js";
import { openForm } from "/form.js";
import { $ } from "/nodes.js";
import { showList } from "/sheet.js";
import * as talk from "/talk.js";
import * as trace from "/trace.js";
import { hint } from "/trouble.js";
import { formStep, gesture, listen, lose, newcomer, people, post, repeat, upload } from "/wire.js";

const presence = $("presence");
const FLOOD = 11; // uma a mais do que se tolera em um minuto
let [person, known] = ["", null];
const ready = new Promise((resolve) => { known = resolve; });
let stop = () => {};
let connected = false;

/* --- conversa --- */

function showStart(empty) {
  $("starters").hidden = $("welcome").hidden = !empty;
  $("again").disabled = empty;
}

function showPresence() {
  presence.textContent = !connected ? "reconectando…" : talk.typing() ? "digitando…" : "online";
}

const heard = {
  snapshot({ person: card, thread, typing_ms: typingMs }) {
    $("me-name").textContent = $("welcome-me").textContent = card.name.trim() || "Sem nome";
    paint($("me-avatar"), card);
    talk.show(thread);
    talk.setTyping(typingMs);
    talk.toEnd();
  },
  message(item) {
    talk.add(item);
    if (item.mine) trace.reset(item);
    else trace.reply(item);
  },
  change(item) {
    talk.change(item);
    trace.changed(item);
  },
  state({ id, state }) {
    talk.state(id, state);
    if (state === "delivered" || state === "read") $("toast").hidden = true;
  },
  typing(about) {
    trace.typing(about);
    talk.setTyping(about.for_ms);
  },
  webhook: trace.webhook,
  status: trace.status,
};

/* --- fazer: cada gesto sai daqui e diz se saiu --- */

function told(answer) {
  if (answer.error) warn(answer);
  return !answer.error || answer.error === "webhook_not_accepted";
}

const send = async (content) => told(await post(person, content));
const choose = (id) => send({ choice: id });

async function make(one) {
  trace.about(one.do);
  const who = person;
  const answer = await gesture(who, one);
  const out = told(answer);
  if (out && one.do === "move" && person === who) become(answer.id); // se já não se trocou de pessoa
  return out;
}

async function file(about, blob) {
  const more = { reply_to: composer.takeReply() };
  return told(await upload(person, { ...about, ...more }, blob));
}

const out = { file, gesture: make };

function write(text, about) {
  if (about?.edit) return make({ do: "edit", message: about.item.id, text });
  return send({ text, reply_to: about?.item.id ?? "" });
}

const acts = {
  choose,
  list: (item) => showList(item, choose),
  press: (item, id) => make({ do: "press", message: item.id, choice: id }),
  form: (item) => openForm(item, (step) => formStep(person, { message: item.id, ...step })),
  locate: (item) => where(out, item.id),
  menu: (item) => menu(item, make),
};

function warn(trouble) {
  const refused = trouble.error === "webhook_not_accepted";
  if (refused && ["delivered", "read"].includes(talk.latestState())) return; // a repetição chegou antes
  note(refused ? "O webhook não foi aceito" : "A mensagem não saiu", hint(trouble));
}

function note(title, text, good = false) {
  talk.keeping(() => {
    [$("toast-title").textContent, $("toast-text").textContent] = [title, text];
    $("toast").classList.toggle("good", good);
    $("toast").hidden = false;
  });
  talk.toEnd();
}

/* --- pessoas e começo --- */

const desk = {
  become,
  make,
  async flood() {
    $("people-sheet").close();
    for (let number = 1; number <= FLOOD; number += 1) if (!await send({ text: "oi" })) return;
  },
  async lose() {
    $("people-sheet").close();
    const answer = await lose(person);
    if (answer.error) warn(answer);
    else note("Combinado", "A Meta local vai recusar a próxima resposta a você. Escreva alguma coisa.", true);
  },
};

function become(id) {
  $("people-sheet").close();
  $("toast").hidden = true;
  trace.reset();
  composer.leave();
  stop();
  person = id;
  known();
  history.replaceState(null, "", `#${id}`);
  if (matchMedia("(pointer: fine)").matches) composer.focus(); // no celular o teclado não sobe sozinho
  stop = listen(id, (name, data) => heard[name](data), (yes) => {
    connected = yes;
    talk.keeping(() => { $("offline").hidden = yes; });
    showPresence();
  });
}

function asked() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // `%` solto no endereço
  }
}

async function begin() {
  try {
    const { business, people: cards } = await people();
    $("business").textContent = $("welcome-title").textContent = business.name;
    $("welcome-phone").textContent = phoneWords(business.phone);
    document.title = `${business.name} · conversa de teste`;
    const wanted = asked();
    become(/^551190000(?!0000)\d{4}$/.test(wanted) || cards.some((card) => card.id === wanted) ? wanted : cards[0].id);
  } catch {
    $("offline").hidden = false;
    setTimeout(begin, 1000);
  }
}

talk.begin(acts, showStart, showPresence);
composer.begin(write, ready);
$("attach").addEventListener("click", () => attach(out));
$("call").addEventListener("click", () => make({ do: "call" }));
$("toast-close").addEventListener("click", () => { $("toast").hidden = true; composer.focus(); });
$("people-button").addEventListener("click", () => choosePerson(person, desk));
$("fresh").addEventListener("click", async () => become((await newcomer()).id));
$("again").addEventListener("click", async () => {
  const answer = await repeat(person);
  if (answer.error) warn(answer);
  else trace.repeated(answer);
});
$("starters").addEventListener("click", (event) => {
  if (event.target.matches("button")) send({ text: event.target.textContent });
});
window.addEventListener("resize", talk.toEnd);
begin();
