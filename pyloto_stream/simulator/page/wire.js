// A ligação com o simulador: eventos por SSE, com reconexão própria, e mensagens por POST.
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 4000;
const NAMES = ["snapshot", "message", "state", "typing", "webhook", "status"];

// `hear(nome, dados)` recebe cada evento; `online(sim)`, as quedas e as voltas. Devolve como desligar.
export function listen(person, hear, online) {
  let source = null;
  let timer = 0;
  let wait = FIRST_WAIT_MS;

  function connect() {
    source = new EventSource(`/simulator/chats/${encodeURIComponent(person)}/events`);
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

export async function newcomer() {
  return (await fetch("/simulator/chats", { method: "POST" })).json();
}

// `repeat` devolve {status, took_ms} e, se o webhook não foi aceito, {error, reason, url} também.
export async function repeat(person) {
  return tell(person, "repeat", {});
}

// Devolve null se o webhook foi aceito, senão o que houve: {error, status, reason, url}.
export async function post(person, content) {
  const told = await tell(person, "messages", content);
  return told.error ? told : null;
}

async function tell(person, what, content) {
  try {
    const answer = await fetch(`/simulator/chats/${encodeURIComponent(person)}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    return await answer.json();
  } catch {
    return { error: "offline" };
  }
}
