// Um balão do simulador como elemento da página. Todo texto entra por textContent ou por format.js.
import { formatted, link } from "/format.js";

const SVG = "http://www.w3.org/2000/svg";
const STATES = {
  sent: ["i-sent", "enviada"],
  delivered: ["i-double", "entregue"],
  read: ["i-double", "lida"],
  retrying: ["i-clock", "tentando entregar"],
  failed: ["i-alert", "não entregue"],
};
const KINDS = {
  audio: "Áudio", image: "Imagem", video: "Vídeo", document: "Documento", sticker: "Figurinha",
  location: "Localização", contacts: "Contato", reaction: "Reação", template: "Modelo aprovado",
};
const clock = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("pt-BR", { day: "numeric", month: "long" });

export function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

export function icon(name, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

export function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  return ["Hoje", "Ontem"][days] ?? calendar.format(at);
}

// `choose(id)` é chamado quando a pessoa toca num botão; `openList(item)`, quando abre uma lista.
export function bubble(item, first, choose, openList) {
  const node = element("li", `msg${item.mine ? " mine" : ""}${first ? " first" : ""}`);
  node.dataset.id = item.id;
  const body = element("div", "bubble");
  body.append(element("span", "sr", item.mine ? "Você: " : "Atendimento: "));
  if (item.header) body.append(element("p", "head", item.header));
  if (item.kind === "other") body.append(element("span", "other", KINDS[item.text] ?? `Mensagem do tipo ${item.text}`));
  else body.append(formatted(item.text));
  if (item.footer) body.append(element("p", "foot", item.footer));
  body.append(meta(item));
  node.append(body);
  const options = choices(item, choose, openList);
  if (options.length) {
    const box = element("div", "options");
    box.append(...options);
    node.append(box);
  }
  return node;
}

export function showState(node, state) {
  const box = node.querySelector(".meta");
  const [name, words] = STATES[state];
  box.dataset.state = state;
  box.querySelector(".tick").replaceWith(icon(name, "tick"));
  box.querySelector(".sr").textContent = words;
}

function meta(item) {
  const box = element("span", "meta");
  const time = element("time", "", clock.format(item.at_ms));
  time.dateTime = new Date(item.at_ms).toISOString();
  box.append(time);
  if (item.mine) {
    const [name, words] = STATES[item.state];
    box.dataset.state = item.state;
    box.append(icon(name, "tick"), element("span", "sr", words));
  }
  return box;
}

function choices(item, choose, openList) {
  if (item.kind === "buttons") {
    return item.options.map((option) => choice("i-reply", option.title, () => choose(option.id)));
  }
  if (item.kind === "list") {
    const open = choice("i-list", item.button, () => openList(item));
    open.setAttribute("aria-haspopup", "dialog");
    return [open];
  }
  if (item.kind === "link" && /^https?:\/\//.test(item.url)) {
    const node = link(item.url, "");
    node.className = "option";
    node.append(icon("i-link"), element("bdi", "", item.button));
    return [node];
  }
  return [];
}

function choice(iconName, title, act) {
  const node = element("button", "option");
  node.type = "button";
  node.append(icon(iconName), element("bdi", "", title));
  node.addEventListener("click", act);
  return node;
}
