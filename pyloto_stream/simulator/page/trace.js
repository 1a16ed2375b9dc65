// A explicação ao lado acende passo a passo com os tempos da última mensagem.
const steps = new Map([...document.querySelectorAll("#steps li")].map((node) => [node.dataset.step, node]));

function ms(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(1).replace(".", ",")} s` : `${Math.max(1, Math.round(value))} ms`;
}

function mark(name, text, state = "done") {
  const node = steps.get(name);
  node.classList.remove("done", "failed");
  node.classList.add(state);
  node.querySelector("output").textContent = text;
}

export function reset() {
  for (const node of steps.values()) {
    node.classList.remove("done", "failed");
    node.querySelector("output").textContent = "";
  }
}

export function webhook({ status, took_ms: took }) {
  if (status === 200) {
    mark("webhook", `aceito em ${ms(took)}`);
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

export function reply({ latency_ms: latency }) {
  if (latency == null) return;
  mark("stages", steps.get("stages").querySelector("output").textContent || "decidido");
  mark("graph", `resposta em ${ms(latency)}`);
}

export function status({ status: name }) {
  mark("status", { sent: "enviada", delivered: "entregue", read: "lida", failed: "falhou" }[name] ?? name,
    name === "failed" ? "failed" : "done");
}
