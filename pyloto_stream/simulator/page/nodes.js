// Peças de página que todos usam.
const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

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

export function button(className, text, act) {
  const node = element("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

let labels = 0;

// Um campo com rótulo; `control` é o elemento de escrever.
export function labelled(label, control) {
  const box = element("div", "labelled");
  const name = element("label", "", label);
  control.id ||= `field-${labels += 1}`;
  name.htmlFor = control.id;
  box.append(name, control);
  return box;
}

export function input(type, value = "", more = {}) {
  const node = element("input");
  node.type = type;
  node.value = value;
  for (const [name, set] of Object.entries(more)) node.setAttribute(name, set);
  return node;
}
