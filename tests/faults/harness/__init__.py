"""As peças de uma rodada com defeitos: processos que morrem, a Meta local que observa, quem confere."""
