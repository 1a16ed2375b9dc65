"""O que a pessoa quis dizer? Regras determinísticas para o português como se digita."""
