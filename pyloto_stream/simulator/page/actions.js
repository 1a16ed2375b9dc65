// O que se faz com uma mensagem: reagir, responder, corrigir e apagar.
import * as composer from "/composer.js";
import { button, element } from "/nodes.js";
import { act, row } from "/sheet.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const EDIT_WITHIN_MS = 15 * 60_000;

// `make(gesto)` manda um gesto ao simulador.
export function menu(item, make) {
  const now = item.reactions.mine ?? "";
  const faces = element("div", "faces");
  faces.setAttribute("role", "group");
  faces.setAttribute("aria-label", "Reagir");
  for (const emoji of EMOJI) {
    const chosen = emoji === now;
    const node = button("face", emoji, () => {
      close();
      make({ do: "react", message: item.id, emoji: chosen ? "" : emoji });
    });
    node.setAttribute("aria-pressed", String(chosen));
    node.setAttribute("aria-label", chosen ? `Tirar a reação ${emoji}` : `Reagir com ${emoji}`);
    faces.append(node);
  }
  const rows = [row("Responder", "", "i-reply", () => { close(); composer.reply(item); })];
  const young = Date.now() - item.at_ms < EDIT_WITHIN_MS;
  if (item.mine && item.kind === "text" && young) {
    rows.push(row("Corrigir", "Até 15 minutos depois de mandar", "i-edit", () => { close(); composer.edit(item); }));
  }
  if (item.mine) {
    rows.push(row("Apagar para todos", "", "i-trash", () => {
      close();
      make({ do: "revoke", message: item.id });
    }));
  }
  const close = act("Mensagem", faces, ...rows);
}
