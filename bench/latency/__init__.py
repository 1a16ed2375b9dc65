"""A cadeia de três etapas a ritmo fixo: quanto espera cada mensagem."""
