import json
import random
import time
from importlib import resources

import pytest

from pyloto_stream.ai import municipalities
from pyloto_stream.ai.municipalities import exact, nearest
from pyloto_stream.ai.phrases import fold

NEWER_THAN_BRUTILS = {("MT", "boa esperanca do norte", "5101837")}
"""Instalado em 2025: o pacote ainda não o tem."""
BOUND_S = 0.003
"""Dez vezes o que se promete: só um custo que explode chega aqui."""


def shipped() -> list[tuple[str, str, str]]:
    text = (resources.files("pyloto_stream.ai") / "data" / "municipalities.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return [(name, state, code) for name, state, code in rows]


def test_every_municipality_is_the_one_a_well_kept_package_knows() -> None:
    known = json.loads((resources.files("brutils") / "data" / "cities_code.json").read_text(encoding="utf-8"))
    theirs = {(state, name, code) for state, cities in known.items() for name, code in cities.items()}
    ours = {(state, fold(name), code) for name, state, code in shipped()}
    assert ours == theirs | NEWER_THAN_BRUTILS
    counts = {state: sum(1 for _, uf, _ in shipped() if uf == state) for state in known}
    newer = {state: sum(1 for uf, _, _ in NEWER_THAN_BRUTILS if uf == state) for state in known}
    assert counts == {state: len(cities) + newer[state] for state, cities in known.items()}


def test_the_file_is_whole_sorted_and_names_its_source() -> None:
    rows = shipped()
    assert len(rows) == len({code for _, _, code in rows}) == 5571
    assert rows == sorted(rows, key=lambda row: (fold(row[0]), row[1]))
    text = (resources.files("pyloto_stream.ai") / "data" / "municipalities.tsv").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "IBGE" in text.splitlines()[1]


def test_nicknames_and_known_cities_are_municipalities() -> None:
    labels = {f"{name} {state}" for name, state, _ in shipped()}
    file = municipalities._FILE
    named = {label for label in file.nicknames.values() if label[-2:].isupper()}
    named |= {*file.districts}
    large = {f"{name} {state}" for state, names in file.large.items() for name in names.split("; ")}
    assert named | large <= labels


def test_every_municipality_is_found_by_its_own_name_and_state() -> None:
    for name, state, _ in shipped():
        words = fold(name).replace("-", " ").replace("'", " ").split()
        place = exact(words, state)
        assert place is not None
        assert fold(place.label) == fold(f"{name} {state}")


@pytest.mark.parametrize(
    ("typed", "state", "label"),
    [
        ("londrina", "", "Londrina PR"),
        ("sao paulo", "", "São Paulo SP"),
        ("saopaulo", "", "São Paulo SP"),
        ("s jose dos campos", "", "São José dos Campos SP"),
        ("sto andre", "", "Santo André"),
        ("sto andre", "SP", "Santo André SP"),
        ("sta barbara doeste", "", "Santa Bárbara d'Oeste SP"),
        ("santa barbara d oeste", "", "Santa Bárbara d'Oeste SP"),
        ("n iguacu", "", "Nova Iguaçu RJ"),
        ("ribeirao neves", "", "Ribeirão das Neves MG"),
        ("floripa", "", "Florianópolis SC"),
        ("sampa", "", "São Paulo SP"),
        ("beaga", "", "Belo Horizonte MG"),
        ("rio", "", "Rio de Janeiro RJ"),
        ("poa", "", "Porto Alegre RS"),
        ("poa", "SP", "Poá SP"),
        ("campo grande", "", "Campo Grande MS"),
        ("campo grande", "AL", "Campo Grande AL"),
        ("palmas", "", "Palmas TO"),
        ("cascavel", "", "Cascavel"),
        ("cascavel", "PR", "Cascavel PR"),
        ("cascavel", "CE", "Cascavel CE"),
        ("bom jesus", "", "Bom Jesus"),
        ("caxias", "", "Caxias"),
        ("brasilia", "", "Brasília DF"),
        ("fernando de noronha", "", "Fernando de Noronha PE"),
        ("boa esperanca do norte", "MT", "Boa Esperança do Norte MT"),
    ],
)
def test_a_municipality_is_found_however_it_is_called(typed: str, state: str, label: str) -> None:
    place = exact(typed.split(), state)
    assert place is not None
    assert place.label == label


@pytest.mark.parametrize("typed", ["londrina", "cidade", "moto", "zona norte", ""])
def test_a_name_that_is_no_municipality_there_is_none(typed: str) -> None:
    assert exact(typed.split(), "AC") is None


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("londirna", "Londrina PR"),
        ("londina", "Londrina PR"),
        ("curitba", "Curitiba PR"),
        ("curitibaa", "Curitiba PR"),
        ("riberao preto", "Ribeirão Preto SP"),
        ("belorizonte", "Belo Horizonte MG"),
        ("goyania", "Goiânia GO"),
        ("xapeco", "Chapecó SC"),
        ("moji mirim", "Mogi Mirim SP"),
        ("foz do iguassu", "Foz do Iguaçu PR"),
        ("jao pessoa", "João Pessoa PB"),
        ("florianopoles", "Florianópolis SC"),
        ("sao jse dos campos", "São José dos Campos SP"),
    ],
)
def test_a_wrong_letter_or_two_are_understood(typed: str, label: str) -> None:
    place = nearest(typed.split())
    assert place is not None
    assert place.label == label


@pytest.mark.parametrize(
    "typed", ["itaquera", "moto", "itv", "abcdefgh", "banana", "centro", "mercado", "quanto", ""]
)
def test_what_only_resembles_a_municipality_is_left_alone(typed: str) -> None:
    assert nearest(typed.split()) is None


def test_a_known_name_with_any_one_letter_missing_is_never_another_city() -> None:
    for name in ("Londrina", "Maringá", "Curitiba", "Fortaleza", "Uberlândia", "Joinville"):
        word = fold(name)
        for at in range(1, len(word)):
            place = nearest([word[:at] + word[at + 1 :]]) or exact([word[:at] + word[at + 1 :]])
            assert place is None or place.name == name


def test_a_search_costs_little_even_for_what_is_not_there() -> None:
    rng = random.Random(5)
    exact(["itu"]), nearest(["londirna"])
    words = ["".join(rng.choice("aeiourstlmnp") for _ in range(rng.randint(5, 20))) for _ in range(200)]
    started = time.perf_counter()
    for word in words:
        nearest([f"s{word}"])
    assert (time.perf_counter() - started) / len(words) < BOUND_S
