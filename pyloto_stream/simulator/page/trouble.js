// O que houve com um POST que não deu certo, nas palavras de quem pode consertar.
const WORDS = [
  [/^too late/, "Já passou o prazo para mudar essa mensagem."],
  [/was deleted/, "Essa mensagem já foi apagada."],
  [/not a message of this person/, "Só dá para mudar mensagens suas."],
  [/only a text/, "Só dá para corrigir um texto."],
  [/at most \d+ bytes/, "O arquivo passa de 100 MB, o limite do WhatsApp."],
  [/file is empty/, "O arquivo está vazio."],
  [/not of kind/, "Esse tipo de arquivo não serve aqui. Mande como documento."],
  [/no number to change/, "Quem não mostra o telefone não tem número para mudar."],
  [/offers no such button|offers that choice/, "Essa opção já não está na conversa."],
];

export function hint({ error, status, reason, url }) {
  if (error === "offline") return "O simulador não respondeu. Confira se ele ainda está ligado; o texto ficou na caixa.";
  if (error !== "webhook_not_accepted") return WORDS.find(([about]) => about.test(error))?.[1] ?? error;
  if (reason === "no_webhook") return "Nenhum endereço de webhook foi dado ao simulador.";
  const where = `em ${url}`;
  if (status === 0) return `Nada respondeu ${where} — ligue o ingress. A entrega é repetida sozinha.`;
  if (status === 401 || status === 403) return `Assinatura recusada ${where} (${status}): o segredo do simulador e WHATSAPP_WEBHOOK_SECRET têm de ser iguais.`;
  if (status === 404) return `Não há webhook ${where} (404). O caminho esperado é /webhooks/whatsapp.`;
  if (status === 503) return "O ingress respondeu 503: não conseguiu guardar. Confira o Redis; a entrega é repetida sozinha.";
  return `O ingress respondeu ${status}. Veja o registro dele; a entrega é repetida sozinha.`;
}
