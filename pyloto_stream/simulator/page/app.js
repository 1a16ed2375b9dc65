// A tela: junta a conversa, a escrita, as folhas e os avisos.
import { bubble, dayName, element, showState } from "/bubbles.js";
import { choosePerson, paint, phoneWords } from "/cast.js";
import { showList } from "/sheet.js";
import * as trace from "/trace.js";
import { hint } from "/trouble.js";
import { listen, newcomer, people, post, repeat } from "/wire.js";

const $ = (id) => document.getElementById(id);
const [scroll, log, thread] = [$("scroll"), $("log"), $("thread")];
const [text, presence] = [$("text"), $("presence")];
let [person, known] = ["", null];
const ready = new Promise((resolve) => { known = resolve; });
let stop = () => {};
let connected = false;
let typingTimer = 0;
let last = null;

/* --- conversa --- */

function nearEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

function append(item) {
  if (!last || new Date(last.at_ms).toDateString() !== new Date(item.at_ms).toDateString()) {
    thread.append(element("li", "day", dayName(item.at_ms)));
  }
  thread.append(bubble(item, !last || last.mine !== item.mine, choose, (list) => showList(list, choose)));
  last = item;
  showStart(false);
}

function showStart(empty) {
  $("starters").hidden = $("welcome").hidden = !empty;
  $("again").disabled = empty;
}

function setTyping(forMs) {
  clearTimeout(typingTimer);
  const follow = nearEnd();
  $("typing").hidden = forMs <= 0;
  if (forMs > 0) typingTimer = setTimeout(() => setTyping(0), forMs);
  if (follow) toEnd();
  showPresence();
}

function showPresence() {
  presence.textContent = !connected ? "reconectando…" : $("typing").hidden ? "online" : "digitando…";
}

const on = {
  snapshot({ person: card, thread: items, typing_ms: typingMs }) {
    $("me-name").textContent = $("welcome-me").textContent = card.name.trim() || "Sem nome";
    paint($("me-avatar"), card);
    last = null;
    log.setAttribute("aria-live", "off"); // a conversa inteira de novo não é novidade para quem ouve
    thread.replaceChildren();
    items.forEach(append);
    setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
    showStart(items.length === 0);
    setTyping(typingMs);
    toEnd();
  },
  message(item) {
    const follow = item.mine || nearEnd();
    append(item);
    if (item.mine) trace.reset();
    else {
      trace.reply(item);
      setTyping(0);
    }
    if (follow) toEnd();
    else $("jump").hidden = false;
  },
  state({ id, state }) {
    const node = thread.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (node) showState(node, state);
    if (state === "delivered" || state === "read") $("toast").hidden = true;
  },
  typing(about) {
    trace.typing(about);
    setTyping(about.for_ms);
  },
  webhook: trace.webhook,
  status: trace.status,
};

/* --- escrever e tocar --- */

async function send(content) {
  const trouble = await post(person, content);
  if (trouble) warn(trouble);
  return !trouble || trouble.error === "webhook_not_accepted";
}

function choose(id) {
  send({ choice: id });
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

async function submit() {
  await ready; // quem escreve antes de a tela saber quem é não perde o texto
  const written = text.value.trim();
  if (!written) return;
  text.value = "";
  grow();
  if (!(await send({ text: written })) && !text.value) {
    text.value = written;
    grow();
  }
}

function warn(trouble) {
  const refused = trouble.error === "webhook_not_accepted";
  const state = [...thread.querySelectorAll(".mine .meta")].at(-1)?.dataset.state;
  if (refused && ["delivered", "read"].includes(state)) return; // a repetição chegou antes deste aviso
  $("toast-title").textContent = refused ? "O webhook não foi aceito" : "A mensagem não saiu";
  $("toast-text").textContent = hint(trouble);
  $("toast").hidden = false;
  toEnd();
}

/* --- pessoas e começo --- */

function become(id) {
  $("people-sheet").close();
  $("toast").hidden = true;
  trace.reset();
  stop();
  person = id;
  known();
  history.replaceState(null, "", `#${id}`);
  if (matchMedia("(pointer: fine)").matches) text.focus(); // no celular o teclado não sobe sozinho
  const heard = (name, data) => on[name](data);
  stop = listen(id, heard, (yes) => {
    const follow = nearEnd();
    connected = yes;
    $("offline").hidden = yes;
    showPresence();
    if (follow) toEnd();
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

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
text.addEventListener("input", grow);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    submit();
  }
});
scroll.addEventListener("scroll", () => { if (nearEnd()) $("jump").hidden = true; }, { passive: true });
$("jump").addEventListener("click", toEnd);
$("toast-close").addEventListener("click", () => { $("toast").hidden = true; text.focus(); });
$("people-button").addEventListener("click", () => choosePerson(person, become));
$("fresh").addEventListener("click", async () => become((await newcomer()).id));
$("again").addEventListener("click", async () => {
  const told = await repeat(person);
  if (told.error) warn(told);
  else trace.repeated(told);
});
$("starters").addEventListener("click", (event) => {
  if (event.target.matches("button")) send({ text: event.target.textContent });
});
window.addEventListener("resize", toEnd);
begin();
