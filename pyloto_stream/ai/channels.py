"""Por onde o negócio atende, entre os canais que se citam? Os que se usam ou se querem juntar.

Promete: o canal que se largou, o que não se usa, o site que só vende e quem pede que liguem não contam; não
dar conta de um canal é usá-lo.
"""

from collections.abc import Sequence

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.phrases import BREAK, Match
from pyloto_stream.ai.reading import Reading, Tag

FIELD = "channels"
NEAR, AHEAD, REACH = 6, 3, 8
"""Até quantas palavras antes, e depois, se diz o que se faz com um canal."""
_UNUSED, _LEFT, _FELL = words("channel_unused"), words("channel_left"), words("channel_fell")
_SHOPS, _TALKS, _ALL = words("channel_shops"), words("channel_talks"), words("channel_all")
_CALLS, _ASKS = words("channel_calls"), words("channel_asks")
_CHATS = (["whatsapp"], ["whats"], ["zap"])
_WISH = frozenset(
    ("quero", "queria", "queremos", "queriamos", "gostaria", "pretendo", "pretendemos", "vamos")
)
_HAVE = frozenset(
    ("ter", "usar", "colocar", "por", "botar", "abrir", "criar", "incluir", "entrar", "comecar")
)
_SITES = frozenset(("site", "sites", "pagina"))


def in_use(reading: Reading, found: Sequence[Match[Tag]]) -> list[Match[Tag]]:
    """Dos canais citados em `found`, os que se usam."""
    named = [m for m in found if reading.words[m.start].text not in _ALL]
    return [match for match in named or found if not _not_used(reading, match)]


def _not_used(reading: Reading, match: Match[Tag]) -> bool:
    back, ahead = _back(reading, match.start), _ahead(reading, match.end)
    word = reading.words[match.start].text
    if word in _CALLS and ("me" in back[-2:] or _ASKS.intersection(ahead[:2])):
        return True
    if word == "telefone" and back[-1:] and back[-1] in ("de", "do", "no") and back[-2:-1] in _CHATS:
        return True  # "WhatsApp de telefone fixo"
    if _denied(back, ahead) and _wished(reading, match.end):
        return False
    if _LEFT.intersection(back) or _dropped(reading, match.end):
        return True
    if _FELL.intersection(ahead[:2]) or _denied(back, ahead):
        return True
    return (
        word in _SITES
        and bool(_SHOPS.intersection((*back, *ahead)))
        and not _TALKS.intersection((*back, *ahead))
    )


def _denied(back: Sequence[str], ahead: Sequence[str]) -> bool:
    """Diz-se que não se usa ("não temos insta", "sem zap", "instagram ainda não")?"""
    for at, word in enumerate(back):
        if word in ("nao", "nem", "sem", "nunca", "menos", "exceto", "tirando") and _UNUSED.issuperset(
            back[at + 1 :]
        ):
            return True
    said = [word for word in ahead if word not in ("ainda", "a", "gente")]
    return said == ["nao"] or (said[:1] in (["nao"], ["nem"]) and said[1] in _UNUSED)


def _dropped(reading: Reading, end: int) -> bool:
    """Depois do canal diz-se, e só isso, que se largou ("usamos messenger mas abandonamos")?"""
    told = [word.text for word in reading.words[end : end + 4]]
    told = told[1:] if told[:1] == [BREAK] else told[:3]
    return told[:1] == ["mas"] and told[1:2] != [] and told[1] in _LEFT and told[2:] in ([], [BREAK])


def _wished(reading: Reading, end: int) -> bool:
    """O que ainda não se usa quer-se ("zap ainda não, mas queria", "não temos insta mas queremos ter")?"""
    told = [word.text for word in reading.words[end : end + REACH]]
    if "mas" not in told:
        return False
    after = [word for word in told[told.index("mas") + 1 :] if word not in ("a", "gente", "eu")]
    return bool(after) and after[0] in _WISH and (after[1:2] in ([], [BREAK]) or after[1] in _HAVE)


def _back(reading: Reading, start: int) -> list[str]:
    """As palavras da oração antes de `start`, na ordem."""
    told = [word.text for word in reading.words[max(0, start - NEAR) : start]]
    since = max((i + 1 for i, word in enumerate(told) if word in (BREAK, "mas")), default=0)
    return told[since:]


def _ahead(reading: Reading, end: int) -> list[str]:
    told = [word.text for word in reading.words[end : end + AHEAD + 2]]
    return told[: next((i for i, word in enumerate(told) if word in (BREAK, "mas")), len(told))]
