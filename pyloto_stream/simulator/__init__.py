"""Uma Meta local: Graph API, webhooks assinados, status, defeitos e uma tela de conversa."""
