"""O protocolo dos formulários (WhatsApp Flows): criptografia, tokens e oferta. Não conhece o produto."""
