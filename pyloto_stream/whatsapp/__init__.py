"""O protocolo da Meta: webhooks, assinatura, mensagens, limites e cliente da Graph API."""
