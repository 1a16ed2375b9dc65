// Texto do WhatsApp em nós do DOM: *negrito*, _itálico_, ~riscado~, `código` e endereços. Nunca interpreta HTML.
const TOKEN = new RegExp(
  [
    "```([\\s\\S]+?)```",
    "`([^`\\n]+)`",
    "(https?://[^\\s<>\"]+)",
    "(?<![\\p{L}\\p{N}*_~])([*_~])(?=\\S)([^\\n]*?\\S)\\4(?![\\p{L}\\p{N}])",
  ].join("|"),
  "gu",
);
const STYLE = { "*": "strong", _: "em", "~": "s" };

export function formatted(text) {
  const fragment = document.createDocumentFragment();
  let place = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, block, code, url, mark, inner] = match;
    fragment.append(text.slice(place, match.index));
    place = match.index + whole.length;
    if (url) {
      const end = url.replace(/[.,;:!?)\]*_~]+$/u, "");
      fragment.append(link(end));
      place -= url.length - end.length;
    } else if (mark) {
      const node = document.createElement(STYLE[mark]);
      node.append(formatted(inner));
      fragment.append(node);
    } else {
      const node = document.createElement("code");
      node.textContent = block ?? code;
      fragment.append(node);
    }
  }
  fragment.append(text.slice(place));
  return fragment;
}

export function link(url, label = url) {
  const node = document.createElement("a");
  node.href = url;
  node.textContent = label;
  node.target = "_blank";
  node.rel = "noopener noreferrer";
  return node;
}
