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

// Devolve null se o webhook foi aceito, senão o que houve: {error, status, reason, url}.
export async function post(person, content) {
  let answer;
  try {
    answer = await fetch(`/simulator/chats/${encodeURIComponent(person)}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
  } catch {
    return { error: "offline" };
  }
  return answer.ok ? null : answer.json();
}
