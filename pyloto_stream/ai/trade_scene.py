"""De quem é o negócio citado numa palavra: de quem fala, de um concorrente, de quem recebe a entrega?

Promete só olhar as palavras em volta, na mesma oração ou quase; as listas são dados (`trades.toml`).
"""

from collections.abc import Mapping, Sequence

from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

BACK, SOLD_BACK, OTHERS_BACK, ONLINE_BACK = 5, 7, 6, 4
"""Até quantas palavras antes se procura de quem é, se vende-se, se é de outro, se é só online."""
DEAL = 8
"""Até quantas palavras depois se diz o que um concorrente fez com vocês."""
_US, _SELLING = frozenset(("voces", "voce")), frozenset(("de", "que"))


class Scene:
    """O que há em volta de cada palavra de um texto, com as listas `words` de um campo."""

    def __init__(self, reading: Reading, words: Mapping[str, frozenset[str]]) -> None:
        self.reading, self.words = reading, words
        raw = reading.raw  # "é" não se confunde com "e"
        self.text = [
            "eh" if word.plain == "e" and raw[word.start] in "éÉ" else word.text for word in reading.words
        ]

    def owned(self, start: int, end: int) -> bool:
        """O que está em volta diz que é de quem fala ("minha", "tenho uma", "aqui na", "do meu pai")?"""
        if self.text[end : end + 1] in (["do"], ["da"]) and self.words["families"].issuperset(
            self.text[end + 1 : end + 2] or [""]
        ):
            return True
        for word in self._clause(start, BACK):
            if word in self.words["own_business"]:
                return True
            if word not in self.words["links"] and not word.isdecimal():
                return False
        return False

    def begins(self, start: int) -> bool:
        """Nada antes, na oração, além de "só", "é", "com"?"""
        return self.words["links"].issuperset(self._clause(start, BACK))

    def opens(self, start: int, end: int) -> bool:
        """Começa uma frase, ou é uma oração inteira ("tapeçaria, busco amostra")?"""
        back = self._clause(start, BACK)
        if len(back) == BACK or not self.words["links"].issuperset(back):
            return False
        at = start - len(back)
        stop = self.text[end] if end < len(self.text) else BREAK
        named = any(self._capital(near) for near in (start, end))
        strong = not at or self.reading.strong_break(at - 1)
        return strong or named or stop == BREAK or stop in self.words["closes"]

    def of_others(self, start: int) -> bool:
        """É de quem recebe a entrega ("pros restaurantes", "18 padarias")?"""
        near = self._clause(start, 2)
        there = near[:1] in (["no"], ["na"], ["a"], ["aos"])  # onde se está, ou a quem se entrega
        others = there or any(word in self.words["others"] or word.isdecimal() for word in near)
        return others and not self.served(start)

    def of_kin(self, start: int) -> bool:
        """É de um parente ("minha irmã tem um restaurante")?"""
        back = self._clause(start, BACK)
        at = back.index("tem") if "tem" in back else len(back)
        return not self.words["kin"].isdisjoint(back[at + 1 : at + 2])

    def served(self, start: int) -> bool:
        """É para onde se quer um entregador ("motoboy pra gráfica", "atendem cartório")?"""
        skipped = self.words["links"] | {"pra", "pro", "para"}
        back = self._clause(start, BACK)
        return next((word for word in back if word not in skipped), "") in self.words["served"]

    def of_rivals(self, start: int, end: int) -> bool:
        """É de um concorrente ou vizinho ("meu concorrente tem", "fechou com vocês", "do lado")?"""
        back = self._sentence(start, OTHERS_BACK)
        rivals = [word.removesuffix("s") for word in back]  # "somos vizinhos da farmácia"
        rival, mine = _last(rivals, self.words["rivals"]), _last(back, self.words["mine"])
        if rival > mine:
            return True
        if (mine >= 0 or self.owned(start, end)) and not self.of_kin(start):
            return False
        after = self.text[end : end + DEAL]
        after = after[: after.index(BREAK)] if BREAK in after else after
        deal = next((i for i, word in enumerate(after) if word in self.words["their_deal"]), DEAL)
        beside = after[1:2] != [] and after[1] in self.words["beside"] and after[2:3] not in (["da"], ["do"])
        return beside or bool(_US.intersection(after[deal + 1 :]))

    def sold(self, start: int) -> bool:
        """O que vem antes, na frase, diz que se vende isso ("vendo", "loja de", "trabalho com")?"""
        return bool(self.words["sells"].intersection(self._sentence(start, SOLD_BACK)))

    def ridden(self, start: int) -> bool:
        """É com o que se entrega ("entrego de bicicleta")?"""
        back = self._clause(start, 2)
        return back[:1] == ["de"] and back[1:2] != [] and back[1] in self.words["rides"]

    def only_online(self, shops: Sequence[int]) -> int | None:
        """Onde o texto diz que só vende online; em `shops` acaba um ramo ("brechó online")."""
        for at, word in enumerate(self.text):
            if word not in self.words["online"]:
                continue
            if at in shops and word in self.words["kinds_online"]:
                return at
            if (
                word == "site"
                and self.text[at - 1 : at] in (["meu"], ["nosso"])
                and _SELLING.intersection(self.text[at + 1 : at + 2])
            ):
                return at
            ends = self.text[at + 2 : at + 3] in ([], [BREAK])  # "vendo no site só"
            if ends and self.words["only"].intersection(self.text[at + 1 : at + 2]):
                return at
            if self.words["only"].intersection(self._clause(at, ONLINE_BACK)):
                return at
        return None

    def anywhere(self, name: str) -> int | None:
        """A primeira palavra da lista `name`."""
        return next((at for at, word in enumerate(self.text) if word in self.words[name]), None)

    def _capital(self, at: int) -> bool:
        return at < len(self.text) and self.reading.raw[self.reading.words[at].start].isupper()

    def _sentence(self, start: int, reach: int) -> list[str]:
        """As palavras antes de `start`, na ordem, desde a última pausa forte."""
        first = max(0, start - reach)
        since = next(
            (at + 1 for at in range(start - 1, first - 1, -1) if self.reading.strong_break(at)), first
        )
        return self.text[since:start]

    def _clause(self, start: int, reach: int) -> list[str]:
        """As palavras antes de `start`, da mais próxima à mais distante, até uma pausa."""
        back: list[str] = []
        for at in range(start - 1, max(-1, start - 1 - reach), -1):
            if self.text[at] == BREAK:
                break
            back.append(self.text[at])
        return back


def _last(words: Sequence[str], among: frozenset[str]) -> int:
    return max((i for i, word in enumerate(words) if word in among), default=-1)
