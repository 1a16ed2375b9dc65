// As pessoas fictícias: avatar, número e a folha em que se troca de pessoa ou se age como a empresa.
import { $, button, element, icon, labelled } from "/nodes.js";
import { act, open, row } from "/sheet.js";
import { newcomer, people } from "/wire.js";

const TONES = 5;

export function paint(node, card) {
  node.textContent = [...(card.name.trim() || "?")][0];
  node.dataset.tone = String(Number(card.id.replace(/\D/g, "").slice(-4) || 0) % TONES);
}

export function phoneWords(digits) {
  return digits.replace(/^55(\d\d)(\d{4,5})(\d{4})$/, "+55 $1 $2-$3");
}

// `out` é {become(id), make(gesto), flood(), lose()}.
export async function choosePerson(current, out) {
  const { people: cards } = await people();
  const rows = cards.map((card) => {
    const shown = card.phone ? phoneWords(card.phone) : `@${card.username ?? "sem telefone"}, sem telefone`;
    const node = row(card.name.trim() || card.id, shown, "", () => out.become(card.id));
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
  $("people-rows").replaceChildren(...rows);
  $("self-rows").replaceChildren(...selfRows(cards.find((card) => card.id === current), out));
  open($("people-sheet"));
}

function selfRows(me, out) {
  const rows = [
    row("Conversar sem mostrar o telefone", "Só o nome de usuário chega à empresa", "i-person",
      async () => out.become((await newcomer(true)).id)),
  ];
  if (me?.phone) {
    rows.push(row("Mudei de número", "A Meta avisa a empresa; a conversa segue", "i-swap", () => out.make({ do: "move" })));
  }
  rows.push(row("Responder como a empresa", "Uma pessoa assume pelo aplicativo do celular", "i-desk", () => attend(out.make)));
  rows.push(row("Mandar onze mensagens seguidas", "Inundação: um aviso, e depois silêncio", "i-list", out.flood));
  rows.push(row("Perder a próxima resposta", "A Meta a recusa de vez, e vem uma linha neutra", "i-ban", out.lose));
  return rows;
}

// Quem atende responde à mão: a Meta manda um eco, e o atendimento automático se cala.
function attend(make) {
  $("people-sheet").close();
  const words = element("textarea");
  words.rows = 3;
  words.maxLength = 4096;
  words.value = "Oi! Aqui é a Júlia, da equipe. Já estou vendo o seu caso.";
  const send = button("fresh", "", () => {
    if (!words.value.trim()) return;
    close();
    make({ do: "attend", text: words.value.trim() });
  });
  send.append(icon("i-send"), "Responder");
  const close = act("Responder como a empresa", labelled("Mensagem", words), send);
}
