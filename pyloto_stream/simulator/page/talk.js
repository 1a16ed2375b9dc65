// A conversa na tela: põe, troca e acompanha balões, "digitando" e a rolagem.
import { bubble, dayName, showState } from "/bubbles.js";
import { $, element } from "/nodes.js";

const [scroll, log, thread] = [$("scroll"), $("log"), $("thread")];
const items = new Map();
let [last, acts, typingTimer] = [null, {}, 0];
let [onEmpty, onPresence] = [() => {}, () => {}];

export function begin(on, empty, presence) {
  [acts, onEmpty, onPresence] = [on, empty, presence];
}

export const item = (id) => items.get(id);
export const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
export const typing = () => !$("typing").hidden;

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

// Mantém o pé da conversa à vista enquanto `change` muda a altura dela.
export function keeping(change) {
  const follow = nearEnd();
  change();
  if (follow) toEnd();
}

export function show(all) {
  last = null;
  items.clear();
  log.setAttribute("aria-live", "off"); // a conversa inteira de novo não é novidade para quem ouve
  thread.replaceChildren();
  all.forEach(append);
  setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
  onEmpty(all.length === 0);
  toEnd();
}

export function add(one) {
  const follow = one.mine || nearEnd();
  append(one);
  if (!one.mine) setTyping(0);
  if (follow) toEnd();
  else $("jump").hidden = false;
}

export function change(one) {
  const old = find(one.id);
  if (!old) return;
  const held = old.contains(document.activeElement);
  const fresh = bubble(one, old.classList.contains("first"), acts);
  items.set(one.id, one);
  keeping(() => old.replaceWith(fresh));
  reach(fresh.querySelector(".more"), held);
}

export function state(id, name) {
  const node = find(id);
  if (!node) return;
  items.get(id).state = name;
  showState(node, name);
}

export function setTyping(forMs) {
  clearTimeout(typingTimer);
  keeping(() => { $("typing").hidden = forMs <= 0; });
  if (forMs > 0) typingTimer = setTimeout(() => setTyping(0), forMs);
  onPresence();
}

// O estado do balão mais recente da pessoa.
export function latestState() {
  return [...items.values()].filter((one) => one.mine).at(-1)?.state;
}

function find(id) {
  return thread.querySelector(`[data-id="${CSS.escape(id)}"]`);
}

function append(one) {
  if (!last || new Date(last.at_ms).toDateString() !== new Date(one.at_ms).toDateString()) {
    thread.append(element("li", "day", dayName(one.at_ms)));
  }
  const node = bubble(one, !last || last.mine !== one.mine || last.human !== one.human, acts);
  thread.append(node);
  items.set(one.id, one);
  last = one;
  reach(node.querySelector(".more"), false);
  onEmpty(false);
}

/* Um só botão da conversa entra na ordem do Tab; as setas andam pelos outros. */

function reach(button, focus) {
  if (!button) return;
  thread.querySelectorAll('.more[tabindex="0"]').forEach((node) => { node.tabIndex = -1; });
  button.tabIndex = 0;
  if (focus) button.focus();
}

thread.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !event.target.matches(".more")) return;
  const all = [...thread.querySelectorAll(".more")];
  const next = all[all.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  reach(next, true);
});
// Imagem ou vídeo que chega depois muda a altura: quem estava no pé continua nele.
thread.addEventListener("load", (event) => {
  const grown = event.target.clientHeight ?? 0;
  if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight - grown < 160) toEnd();
}, true);
scroll.addEventListener("scroll", () => { if (nearEnd()) $("jump").hidden = true; }, { passive: true });
$("jump").addEventListener("click", toEnd);
