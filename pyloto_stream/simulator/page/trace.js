// A explicação ao lado acende passo a passo com os tempos da última mensagem, e diz de que tipo ela é.
const steps = new Map([...document.querySelectorAll("#steps li")].map((node) => [node.dataset.step, node]));
const NAMES = {
  text: "texto", media: "arquivo", location: "localização", contacts: "contato", form: "formulário",
  order: "pedido", call: "ligação", notice: "aviso", other: "outro tipo",
  image: "foto", video: "vídeo", audio: "áudio", document: "documento", sticker: "figurinha",
  react: "reação", edit: "correção", revoke: "exclusão", attend: "eco humano",
  buttons: "botões", list: "lista", link: "endereço", flow: "formulário", template: "modelo",
  ask_location: "pedido de lugar",
};
let kind = ""; // o que a pessoa mandou por último

function ms(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(1).replace(".", ",")} s` : `${Math.max(1, Math.round(value))} ms`;
}

function mark(name, text, state = "done") {
  const node = steps.get(name);
  node.classList.remove("done", "failed");
  node.classList.add(state);
  node.querySelector("output").textContent = text;
}

function kindOf(item) {
  if (item?.media?.voice) return "nota de voz";
  return NAMES[item?.media?.kind] ?? NAMES[item?.kind] ?? "";
}

const named = (name, words) => (name ? `${name} · ${words}` : words);

export function reset(item = null) {
  for (const node of steps.values()) {
    node.classList.remove("done", "failed");
    node.querySelector("output").textContent = "";
  }
  kind = kindOf(item);
}

// Gestos que não viram balão: só mudam um que já existe.
export function about(gesture) {
  if (!["react", "edit", "revoke", "attend"].includes(gesture)) return;
  reset();
  kind = NAMES[gesture];
}

export function webhook({ status, took_ms: took }) {
  if (status === 200) {
    mark("webhook", named(kind, `aceito em ${ms(took)}`));
    mark("redis", "guardada");
  } else {
    mark("webhook", status ? `recusado: ${status}` : "sem resposta", "failed");
  }
}

export function repeated({ took_ms: took }) {
  mark("webhook", `repetido: aceito em ${ms(took)}`);
  mark("redis", "repetida");
}

export function typing({ latency_ms: latency }) {
  mark("stages", latency == null ? "lida" : `lida em ${ms(latency)}`);
}

export function reply(item) {
  if (item.latency_ms == null) return;
  mark("stages", steps.get("stages").querySelector("output").textContent || "decidido");
  mark("graph", named(kindOf(item), `resposta em ${ms(item.latency_ms)}`));
}

export function changed(item) {
  if (item.code) mark("status", `falhou: ${item.code}`, "failed");
}

export function status({ status: name }) {
  const words = { sent: "enviada", delivered: "entregue", read: "lida", played: "ouvida", failed: "falhou" };
  if (name === "failed" && steps.get("status").classList.contains("failed")) return;
  mark("status", words[name] ?? name, name === "failed" ? "failed" : "done");
}
