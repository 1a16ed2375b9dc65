// A ligação com o simulador: eventos por SSE, com reconexão própria, e tudo o mais por POST.
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 4000;
const NAMES = ["snapshot", "message", "change", "state", "typing", "webhook", "status"];

// `hear(nome, dados)` recebe cada evento; `online(sim)`, as quedas e as voltas. Devolve como desligar.
export function listen(person, hear, online) {
  let source = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;

  function connect() {
    source = new EventSource(address(person, "events"));
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        wait = FIRST_WAIT_MS;
        online(true);
        hear(name, JSON.parse(event.data));
      });
    }
    source.onerror = () => {
      source.close();
      online(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LAST_WAIT_MS);
    };
  }

  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

export async function people() {
  return (await fetch("/simulator/chats")).json();
}

// `hidden`: alguém que só mostra o nome de usuário, sem telefone.
export async function newcomer(hidden = false) {
  return (await fetch(`/simulator/chats${hidden ? "?phone=hidden" : ""}`, { method: "POST" })).json();
}

// A Graph recusa de vez a próxima resposta a esta pessoa.
export const lose = (person) => tellMeta("faults", { kind: "error", code: 131009, status: 400, to: person });
// Todas devolvem {status, took_ms, id?} e, se algo não deu certo, {error, reason, url} também.
export const repeat = (person) => tell(person, "repeat", {});
export const post = (person, content) => tell(person, "messages", content);
export const gesture = (person, content) => tell(person, "gestures", { gesture: content });
// Um passo de um formulário: devolve {screen, data, definition?}, {sent: true} ou {error}.
export const formStep = (person, step) => tell(person, "form", step);

// `about` é {kind, caption, name, reply_to}.
export function upload(person, about, file) {
  const parts = new FormData();
  parts.append("about", new Blob([JSON.stringify(about)], { type: "application/json" }));
  parts.append("file", file, "file");
  return ask(address(person, "files"), { method: "POST", headers: { "X-Local-Page": "1" }, body: parts });
}

function tell(person, what, content) {
  const headers = { "Content-Type": "application/json" };
  return ask(address(person, what), { method: "POST", headers, body: JSON.stringify(content) });
}

function tellMeta(what, content) {
  const headers = { "Content-Type": "application/json" };
  return ask(`/simulator/${what}`, { method: "POST", headers, body: JSON.stringify(content) });
}

async function ask(url, request) {
  try {
    const answer = await fetch(url, request);
    return await answer.json();
  } catch {
    return { error: "offline" };
  }
}

function address(person, what) {
  return `/simulator/chats/${encodeURIComponent(person)}/${what}`;
}
