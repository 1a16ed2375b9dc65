"""Como saber o que os processos fazem, sem saber de quem: registros, métricas e correlação."""
