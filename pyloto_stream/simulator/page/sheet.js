// Folhas que sobem do pé do telefone: <dialog> modal (foco preso, Esc e foco de volta são do navegador).
import { $, element, icon } from "/nodes.js";

const phone = document.getElementById("phone");

for (const sheet of document.querySelectorAll(".sheet")) {
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet || event.target.closest("[data-close]")) sheet.close();
  });
}
window.addEventListener("resize", () => document.querySelectorAll(".sheet[open]").forEach(place));

// A folha fica na camada de cima da página: medimos o telefone para que pareça sair dele.
function place(sheet) {
  const frame = phone.getBoundingClientRect();
  sheet.style.width = `${frame.width}px`;
  sheet.style.left = `${frame.left}px`;
  sheet.style.right = "auto";
  sheet.style.marginBottom = `${Math.max(0, window.innerHeight - frame.bottom)}px`;
}

export function open(sheet) {
  place(sheet);
  sheet.showModal();
}

// A folha de gestos, com o conteúdo de cada vez. Devolve como fechá-la.
export function act(title, ...nodes) {
  const sheet = $("act-sheet");
  $("act-title").textContent = title;
  $("act-body").replaceChildren(...nodes);
  if (!sheet.open) open(sheet);
  $("act-body").querySelector("input:not([type=file]), textarea, button")?.focus();
  return () => sheet.close();
}

export function showList(item, choose) {
  const sheet = document.getElementById("list-sheet");
  document.getElementById("list-title").textContent = item.button;
  const rows = [];
  let section = "";
  for (const option of item.options) {
    if (option.section && option.section !== section) rows.push(element("h3", "", option.section));
    section = option.section;
    rows.push(row(option.title, option.description, "i-reply", () => { sheet.close(); choose(option.id); }));
  }
  document.getElementById("list-rows").replaceChildren(...rows);
  open(sheet);
  rows.find((node) => node.matches("button"))?.focus();
}

export function row(title, description, iconName, act) {
  const node = element("button", "row");
  node.type = "button";
  const words = element("span");
  words.append(element("b", "", title));
  if (description) words.append(element("small", "", description));
  node.append(words);
  if (iconName) node.append(icon(iconName));
  node.addEventListener("click", act);
  return node;
}
