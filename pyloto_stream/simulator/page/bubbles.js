// Um balão do simulador como elemento da página. Todo texto entra por textContent ou por format.js.
import { formatted, link } from "/format.js";
import { contact, file, place, quote, reactions } from "/kinds.js";
import { element, icon } from "/nodes.js";

const STATES = {
  sent: ["i-sent", "enviada"],
  delivered: ["i-double", "entregue"],
  read: ["i-double", "lida"],
  retrying: ["i-clock", "tentando entregar"],
  failed: ["i-alert", "não entregue"],
};
const clock = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long" });

export function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  return ["Hoje", "Ontem"][days] ?? calendar.format(at);
}

// `on` é o que se pode fazer: {choose(id), list(item), press(item, id), form(item), locate(item), menu(item)}.
export function bubble(item, first, on) {
  if (item.kind === "notice" || item.kind === "call") return aside(item);
  const node = element("li", `msg${item.mine ? " mine" : ""}${first ? " first" : ""}`);
  node.dataset.id = item.id;
  node.dataset.kind = item.kind;
  const body = element("div", "bubble");
  body.append(element("span", "sr", item.mine ? "Você: " : "Atendimento: "));
  if (item.deleted) body.append(gone(item));
  else body.append(...content(item));
  body.append(meta(item));
  if (!item.deleted) {
    node.append(more(item, on.menu));
    body.addEventListener("contextmenu", (event) => {
      if (event.target.closest("a, img, video, audio") || String(getSelection())) return;
      event.preventDefault();
      on.menu(item);
    });
  }
  node.append(body);
  const shown = reactions(item.reactions);
  if (shown && !item.deleted) node.append(shown);
  const options = item.deleted ? [] : choices(item, on);
  if (options.length) {
    const box = element("div", "options");
    box.append(...options);
    node.append(box);
  }
  return node;
}

export function showState(node, state) {
  const box = node.querySelector(".meta");
  if (!box) return;
  const [name, words] = STATES[state];
  box.dataset.state = state;
  box.querySelector(".tick").replaceWith(icon(name, "tick"));
  box.querySelector(".tick + .sr").textContent = words;
}

function aside(item) {
  const node = element("li", "day note");
  node.dataset.id = item.id;
  node.append(icon(item.kind === "call" ? "i-phone" : "i-swap"), element("span", "", item.text));
  return node;
}

function gone(item) {
  const node = element("span", "other");
  node.append(icon("i-ban"), item.mine ? "Você apagou esta mensagem" : "Mensagem apagada");
  return node;
}

function content(item) {
  const parts = [];
  if (item.human) parts.push(element("p", "by", "por uma pessoa"));
  if (item.forwarded) parts.push(element("p", "by", "Encaminhada"));
  if (item.quote) parts.push(quote(item.quote));
  if (item.media) parts.push(file(item.media, item.text));
  if (item.header) parts.push(element("p", "head", item.header));
  if (item.place) parts.push(place(item.place));
  parts.push(...item.cards.map(contact));
  if (item.kind === "other") parts.push(element("span", "other", `Mensagem do tipo “${item.text || "sem tipo"}”`));
  else if (item.text) parts.push(formatted(item.text));
  if (item.footer) parts.push(element("p", "foot", item.footer));
  return parts;
}

function more(item, open) {
  const node = element("button", "more");
  node.type = "button";
  node.tabIndex = -1;
  node.setAttribute("aria-haspopup", "dialog");
  node.setAttribute("aria-label", "Reagir, responder e mais");
  node.append(icon("i-more"));
  node.addEventListener("click", () => open(item));
  return node;
}

function meta(item) {
  const box = element("span", "meta");
  if (item.edited && !item.deleted) box.append(element("span", "", "editada"));
  const time = element("time", "", clock.format(item.at_ms));
  time.dateTime = new Date(item.at_ms).toISOString();
  box.append(time);
  if (item.mine || item.code) {
    const state = item.code ? "failed" : item.state;
    const [name, words] = STATES[state];
    box.dataset.state = state;
    box.append(icon(name, "tick"), element("span", "sr", words));
  }
  if (item.code) box.append(element("span", "code", `não entregue · erro ${item.code}`));
  return box;
}

function choices(item, on) {
  switch (item.kind) {
    case "buttons":
      return item.options.map((option) => choice("i-reply", option.title, () => on.choose(option.id)));
    case "template":
      return item.options.map((option) => (option.url ? leave(option.url, option.title)
        : choice("i-reply", option.title, () => on.press(item, option.id)))).filter(Boolean);
    case "list":
      return [opener("i-list", item.button, () => on.list(item))];
    case "flow": {
      const open = opener("i-form", item.closed ? "Formulário encerrado" : item.button, () => on.form(item));
      open.disabled = item.closed;
      return [open];
    }
    case "ask_location":
      return [opener("i-pin", item.button, () => on.locate(item))];
    case "link":
      return [leave(item.url, item.button)].filter(Boolean);
    default:
      return [];
  }
}

function leave(url, title) {
  if (!/^https?:\/\//.test(url)) return null;
  const node = link(url, "");
  node.className = "option";
  node.append(icon("i-link"), element("bdi", "", title));
  return node;
}

function opener(iconName, title, act) {
  const node = choice(iconName, title, act);
  node.setAttribute("aria-haspopup", "dialog");
  return node;
}

function choice(iconName, title, act) {
  const node = element("button", "option");
  node.type = "button";
  node.append(icon(iconName), element("bdi", "", title));
  node.addEventListener("click", act);
  return node;
}
