// O que houve com um POST que não deu certo, nas palavras de quem pode consertar.
export function hint({ error, status, reason, url }) {
  if (error === "offline") return "O simulador não respondeu. Confira se ele ainda está ligado; o texto ficou na caixa.";
  if (error !== "webhook_not_accepted") return error;
  if (reason === "no_webhook") return "Nenhum endereço de webhook foi dado ao simulador.";
  const where = `em ${url}`;
  if (status === 0) return `Nada respondeu ${where} — ligue o ingress. A entrega é repetida sozinha.`;
  if (status === 401 || status === 403) return `Assinatura recusada ${where} (${status}): o segredo do simulador e WHATSAPP_WEBHOOK_SECRET têm de ser iguais.`;
  if (status === 404) return `Não há webhook ${where} (404). O caminho esperado é /webhooks/whatsapp.`;
  if (status === 503) return "O ingress respondeu 503: não conseguiu guardar. Confira o Redis; a entrega é repetida sozinha.";
  return `O ingress respondeu ${status}. Veja o registro dele; a entrega é repetida sozinha.`;
}
