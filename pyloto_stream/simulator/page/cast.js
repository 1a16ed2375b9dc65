// As pessoas fictícias: avatar, número e a folha em que se troca de pessoa.
import { element, icon } from "/bubbles.js";
import { open, row } from "/sheet.js";
import { people } from "/wire.js";

const TONES = 5;

export function paint(node, card) {
  node.textContent = [...(card.name.trim() || "?")][0];
  node.dataset.tone = String(Number(card.id.replace(/\D/g, "").slice(-4) || 0) % TONES);
}

export function phoneWords(digits) {
  return digits.replace(/^55(\d\d)(\d{4,5})(\d{4})$/, "+55 $1 $2-$3");
}

export async function choosePerson(current, become) {
  const { people: cards } = await people();
  const rows = cards.map((card) => {
    const node = row(card.name.trim() || card.id, phoneWords(card.phone), "", () => become(card.id));
    const avatar = element("span", "avatar");
    avatar.setAttribute("aria-hidden", "true");
    paint(avatar, card);
    if (card.last) node.querySelector("span").append(element("small", "last", card.last));
    node.prepend(avatar);
    if (card.id === current) {
      node.setAttribute("aria-current", "true");
      node.append(icon("i-check"));
    }
    return node;
  });
  document.getElementById("people-rows").replaceChildren(...rows);
  open(document.getElementById("people-sheet"));
}
