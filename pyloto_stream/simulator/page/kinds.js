// O miolo dos balões que não são texto: arquivo, lugar, contato, citação e reações.
import { link } from "/format.js";
import { element, icon } from "/nodes.js";

const NAMES = { image: "Foto", video: "Vídeo", audio: "Áudio", document: "Documento", sticker: "Figurinha" };
const ICONS = { audio: "i-mic", document: "i-file", sticker: "i-sticker" };
const OWN = /^\/simulator\/files\//;

export function file(media, caption) {
  if (!OWN.test(media.url)) return chip(media); // de fora nada é buscado: só se oferece o endereço
  const named = caption || NAMES[media.kind];
  switch (media.kind) {
    case "image":
    case "sticker": {
      const node = element("img", media.kind === "image" ? "photo" : "sticker");
      node.alt = media.kind === "image" ? `Foto${caption ? `: ${caption}` : ""}` : "Figurinha";
      return loaded(node, media);
    }
    case "video":
    case "audio": {
      const node = element(media.kind, media.kind);
      node.controls = true;
      node.preload = "metadata";
      node.setAttribute("aria-label", media.voice ? "Nota de voz" : named);
      if (media.kind === "video") return loaded(node, media);
      const box = element("div", "sound");
      box.append(icon(media.voice ? "i-mic" : "i-file"), loaded(node, media));
      return box;
    }
    default:
      return chip(media);
  }
}

// O que não abre (arquivo vencido, tipo que o navegador não toca) ainda diz o que era.
function loaded(node, media) {
  node.addEventListener("error", () => (node.closest(".sound") ?? node).replaceWith(chip(media)), { once: true });
  node.src = media.url;
  return node;
}

function chip(media) {
  const outside = /^https?:\/\//.test(media.url);
  const node = outside ? link(media.url, "") : element(media.url ? "a" : "span");
  node.className = "file";
  if (!outside && media.url) {
    node.href = media.url;
    node.download = media.name || "";
  }
  const words = element("span");
  words.append(element("b", "", media.name || NAMES[media.kind]), element("small", "", details(media, outside)));
  node.append(icon(ICONS[media.kind] ?? "i-photo"), words);
  return node;
}

function details({ mime = "", size = 0, url, kind, name = "" }, outside) {
  if (outside) return new URL(url).host;
  const type = kind === "document" ? mime.split(";")[0].split("/").at(-1).toUpperCase().slice(0, 12) : name && NAMES[kind];
  return [type, size ? weight(size) : ""].filter(Boolean).join(" · ");
}

export function weight(bytes) {
  const units = ["bytes", "kB", "MB"];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${value.toLocaleString("pt-BR", { maximumFractionDigits: value < 10 && at ? 1 : 0 })} ${units[at]}`;
}

export function place({ latitude, longitude, name = "", address = "" }) {
  const box = element("div", "place");
  const map = element("div", "map");
  map.append(icon("i-pin"));
  box.append(map, element("b", "", name || "Localização"));
  if (address) box.append(element("small", "", address));
  box.append(element("small", "", `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`));
  return box;
}

export function contact({ name, phones = [] }) {
  const box = element("div", "contact");
  const face = element("span", "avatar", [...(name.trim() || "?")][0]);
  face.setAttribute("aria-hidden", "true");
  const words = element("span");
  words.append(element("b", "", name), ...phones.map((phone) => element("small", "", phone)));
  box.append(face, words);
  return box;
}

export function quote({ mine, text = "" }) {
  const box = element("div", "quote");
  box.append(element("b", "", mine ? "Você" : "Atendimento"), element("span", "", text || "Mensagem de fora desta conversa"));
  return box;
}

export function reactions({ mine = "", theirs = "" }) {
  const both = [mine, theirs].filter(Boolean);
  if (!both.length) return null;
  const node = element("div", "reactions");
  const who = [mine && `você reagiu com ${mine}`, theirs && `o atendimento reagiu com ${theirs}`];
  node.append(element("span", "sr", who.filter(Boolean).join("; ")), element("span", "", [...new Set(both)].join("")));
  node.lastChild.setAttribute("aria-hidden", "true");
  return node;
}
