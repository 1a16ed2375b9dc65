"""As peças de uma rodada com defeitos: processos que morrem, a Meta local que observa, quem confere.

Um teste pede as rodadas de um defeito à fixture `faults` (`Campaign.run`) e diz o cenário de uma: abrir o
sistema (`Run.open`), pôr gente nos postos (`Run.post`), conversar (`load.talk`), estragar alguma coisa.
Depois do cenário a campanha espera a calma e confere. Quedas em pontos com nome: `Crash`; comportamentos de
etapa: `scripts.py`.
"""
