"""Quem escreveu? Um só nome opaco por pessoa, venha ela com telefone ou só com id de escopo de negócio.

Promete: a mesma pessoa, com ou sem o nono dígito, tem a mesma `user_key`, que não revela o identificador.
Limite: telefone e id de escopo de negócio da mesma pessoa dão chaves diferentes; quem as junta é a tabela de
apelidos. México (`52`/`521`) e Argentina (`54`/`549`) não são unificados.
"""

import re
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from pyloto_stream.whatsapp.hmac256 import hmac_sha256

IdKind = Literal["phone", "bsuid", "opaque"]

MAX_ID = 512
"""Tamanho máximo, em caracteres, de um id; o maior documentado tem 128."""

RECENT = 4096
"""Ids, e pessoas, que se lembram: cada um é olhado várias vezes por mensagem, e quem conversa volta logo."""

_PHONE = re.compile(r"[0-9]{6,15}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_PARENT = re.compile(r"[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}", re.ASCII)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_BR_MOBILE_WITHOUT_NINTH = re.compile(r"55[1-9][1-9][6-9][0-9]{7}", re.ASCII)
"""`55`, DDD e oito dígitos que começam por 6–9: celular cuja conta é anterior ao nono dígito."""


@lru_cache(RECENT)
def classify(value: str) -> IdKind:
    """Que identificador é este, pela forma e não pelo nome do campo: a Meta já pôs um no lugar do outro.

    Um `+` no início de um telefone é tolerado, como em `canonical_phone`: é a mesma pessoa.
    """
    if _PHONE.fullmatch(value.removeprefix("+")):
        return "phone"
    return "bsuid" if _BSUID.fullmatch(value) else "opaque"


def canonical_phone(digits: str) -> str:
    """E.164 canônico, com `+`, de um telefone ou `wa_id`; celulares do Brasil sempre com o nono dígito.

    Raises:
        ValueError: não são de 6 a 15 dígitos (um `+` no início é tolerado).
    """
    bare = digits.removeprefix("+")
    if _PHONE.fullmatch(bare) is None:
        raise ValueError("not a phone number")
    if _BR_MOBILE_WITHOUT_NINTH.fullmatch(bare):
        return f"+{bare[:4]}9{bare[4:]}"
    return f"+{bare}"


def written_forms(value: str) -> tuple[str, ...]:
    """Como a Meta escreve este identificador: um celular do Brasil com e sem o nono dígito; outro, como é."""
    if classify(value) != "phone":
        return (value,)
    digits = canonical_phone(value).removeprefix("+")
    without = digits[:4] + digits[5:] if digits.startswith("55") else ""
    return (digits, without) if _BR_MOBILE_WITHOUT_NINTH.fullmatch(without) else (digits,)


@lru_cache(RECENT)
def identity(value: str) -> str:
    """Identidade estável de um identificador recebido: telefone canônico, ou `bsuid:` e o próprio id."""
    return canonical_phone(value) if classify(value) == "phone" else f"bsuid:{value}"


class Person(msgspec.Struct, frozen=True, gc=False):
    """Os ids que a Meta mostrou de uma pessoa, juntos, como vieram; vazio o que não veio. Dados pessoais.

    `user_id` é o id de escopo de negócio, ou um de forma desconhecida; `parent_user_id`, o que vale para
    portfólios ligados.
    """

    phone: str = ""
    user_id: str = ""
    parent_user_id: str = ""

    @property
    def address(self) -> str:
        """O id para o qual se responde, exatamente como veio: telefone, se há; vazio se não há nenhum."""
        return self.phone or self.user_id or self.parent_user_id

    def identities(self) -> tuple[str, ...]:
        """As identidades, da mais forte à mais fraca: escopo de negócio, portfólio, telefone.

        A última é a de uma pessoa nova: o telefone, se há.
        """
        return _identities(self)


@lru_cache(RECENT)
def _identities(person: Person) -> tuple[str, ...]:
    found = (person.user_id, person.parent_user_id, person.phone)
    return tuple(identity(value) for value in found if value)


_people: dict[tuple[str | int | None, ...], Person] = {}
"""Pelos ids como vieram, se todos servem. Cheio, esvazia-se: saber o mais antigo custaria a cada mensagem."""


def person_of(*values: str | int | None) -> Person:
    """A pessoa destes ids, cada um onde a forma dele diz; de dois da mesma espécie vale o primeiro."""
    known = _people.get(values)
    if known is None:
        given = dict.fromkeys(values)
        usable = [*map(usable_id, given)]
        known = _person(usable)
        if usable.count("") == (None in given):  # o que não serve pode ser enorme: não se guarda
            if len(_people) >= RECENT:
                _people.clear()
            _people[values] = known
    return known


def _person(values: Sequence[str]) -> Person:
    phone = user_id = parent = ""
    for given in values:
        if not given or given in (phone, user_id):
            continue
        if classify(given) == "phone":
            phone = phone or given
        elif _PARENT.fullmatch(given):
            parent = parent or given
        else:
            user_id = user_id or given
    return Person(phone, user_id, parent)


def usable_id(value: str | int | None) -> str:
    """Um id que pode virar chave (curto, ASCII, sem controles), como texto; vazio se não é."""
    given = value if isinstance(value, str) else "" if value is None else str(value)
    return given if given.isascii() and given.isprintable() and len(given) <= MAX_ID else ""


def user_key(pepper: bytes, identity: str) -> str:
    """Nome da pessoa em todo o sistema: base64url(HMAC-SHA256(`pepper`, `identity`)) sem preenchimento.

    `identity` é o que a função `identity` devolve: E.164 canônico ou id com o prefixo `bsuid:`.
    """
    digest = hmac_sha256(pepper, identity.encode())
    letters = b2a_base64(digest, newline=False)[:-1]  # 32 bytes: 43 letras e um "="
    return letters.translate(_URL_SAFE).decode("ascii")
