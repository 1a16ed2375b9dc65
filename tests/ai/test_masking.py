"""O que se esconde de um modelo e do histórico, o que fica, e quanto custa."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.br import cnpj

from pyloto_stream.ai.masking import KINDS, Masking, personal, redact, redact_all

FOUND = {
    "CPF": """529.982.247-25|52998224725|529 982 247 25|529982247-25|5 2 9 9 8 2 2 4 7 2 5|529.982.247/25
        |５２９.９８２.２４７-２５|٥٢٩٩٨٢٢٤٧٢٥
        |529\u200b982\u200b247\u200b25|5\u00ad29982\u2060247\ufeff25|529–982–247–25
        |meu cpf é 12345678900|CPF: 123 456 789 00|123.456.789-00""",
    "CNPJ": """11.222.333/0001-81|11222333000181|11 222 333 0001 81|11222333/0001-81|12.ABC.345/01DE-35
        |12abc34501de35|12 ABC 345 01DE 35|１２.ＡＢＣ.３４５/０１ＤＥ-３５|cnpj 11.222.333/0001-00""",
    "E-MAIL": """joao.silva+x@gmail.com|JOAO@EXEMPLO.COM.BR|joao @ gmail . com
        |joao＠gmail.com|jo\u200bao@gmail.com
        |joao arroba gmail ponto com|joao (at) gmail.com|a@b.co
        |joao (arroba) gmail (ponto) com|joao[arroba]gmail[ponto]com[ponto]br""",
    "TELEFONE": """(41) 99999-8888|(41)99999-8888|41 99999 8888|41999998888|41-99999-8888|41.99999.8888
        |+55 41 99999-8888|+55(41)99999-8888|5541999998888|55 41 9 9999 8888|041 99999-8888|0 41 99999-8888
        |(041) 99999-8888|41 3333-4444|(41) 3333-4444|4133334444|41/99999-8888|99999-8888|9 9999-8888
        |meu zap: 99998888|liga 3333-4444|4 1 9 9 9 9 9 8 8 8 8|1️⃣1️⃣9️⃣8️⃣7️⃣6️⃣5️⃣4️⃣3️⃣2️⃣1️⃣
        |+351 912 345 678|+1 (415) 555-2671""",
    "CARTAO": """4111 1111 1111 1111|4111111111111111|4111-1111-1111-1111
        |3782 822463 10005|5555 5555 5555 4444
        |378282246310005|4222222222222
        |6011.0009.9013.9424|5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4""",
    "PIX": """123e4567-e89b-12d3-a456-426614174000|123E4567E89B12D3A456426614174000|chave pix: loja-do-ze
        |minha chave pix é ze2026|pix: joaozinho""",
    "CEP": "80010-000|80.010-000|CEP 80010000|meu cep é 80010 000|cep:80010000",
    "PLACA": "ABC-1234|abc1234|ABC1D23|abc-1d23|placa abc 1234|a placa da moto é BRA 2E19",
}
LEFT = """umas 300 por dia|R$ 1.500,00|R$ 1.500.000,00|R$ 1.500.000.000|15/12/2026|15/12/2026 10:30|10h30
    |codigo de rastreio PYL2291
    |das 9h30|das 08:00 as 18:00|pedido 123456|pedido 12345678|pedido nº 11987654321|protocolo: 41999998888
    |em 2025 e 2026|2025-2026|ano 2026|ANO 2026|dez-2026|de 1000 a 2000|1000-2000|80 mil|0800 123 4567
    |30 mil reais|CG 160|entre 100.000 e 200.000|uns 10000 pedidos, 2000 por semana|aceita pix?|pix é aceito?
    |chave pix qual é?|rua 7 de setembro 1234|200 300 400|1765432100000|versão 1.2.3|iso 9001|10, 20, 30, 40
    |segunda 12/05/2026 das 14 as 18|me chama no @loja_do_ze|número 12345|somos 3 sócios e 25 funcionários
    |15-20 dias|5000-6000 por mês|ISO9001|até 2000 por mês|nota 1234567890|https://pyloto.com.br/entregas
    |no zap 1000-2000 por dia|whats: 2000-3000 mensagens
    |1º de maio|50%|10 x 20 x 30|vou de 15 a 20|jan/2026 a dez/2026|21/3/2026 100 pessoas|||   |\u200b|🙂🙂"""


def _all(table: str) -> list[str]:
    return [one.strip() for one in table.split("|")]


def test_each_way_of_writing_personal_data_is_hidden_under_its_name() -> None:
    for kind, ways in FOUND.items():
        for way in _all(ways):
            for text in (way, f"oi, é {way} ok?", f"a\n{way}\nb"):
                hidden = redact(text)
                assert f"[{kind}]" in hidden, (kind, text, hidden)
                assert not any(char.isdigit() or char == "@" for char in hidden), (kind, text, hidden)


def test_quantities_prices_dates_hours_and_order_numbers_stay() -> None:
    for text in _all(LEFT):
        assert redact(text) == text
        assert Masking().mask(text) == text
        assert not personal(text)


def test_masking_is_undone_exactly() -> None:
    for ways in FOUND.values():
        for way in _all(ways):
            masking, text = Masking(), f"Olá! {way}, obrigado ✔"
            masked = masking.mask(text)
            assert masked != text
            assert masking.unmask(masked) == text


def test_one_value_has_one_mark_in_every_text_of_a_turn_however_written() -> None:
    masking = Masking()
    first, second = masking.mask("cpf 529.982.247-25"), masking.mask("repito: 52998224725 e 111.444.777-35")
    assert (first, second) == ("cpf [CPF_1]", "repito: [CPF_1] e [CPF_2]")
    assert masking.found == {"[CPF_1]": "529.982.247-25", "[CPF_2]": "111.444.777-35"}
    assert masking.unmask("O CPF [cpf_1] confere") == "O CPF 529.982.247-25 confere"


def test_a_mark_this_masking_never_gave_stays() -> None:
    masking = Masking()
    masking.mask("41 99999-8888")
    assert masking.unmask("[TELEFONE_2] [CPF_1] [PRECO_1]") == "[TELEFONE_2] [CPF_1] [PRECO_1]"


@pytest.mark.parametrize(
    "typed", ["[CPF_1]", "[cpf_1]", "[ CPF_01 ]", "[C\u200bPF_1]", "[TEXTO_1]", "［CPF＿1］"]
)
def test_a_mark_the_person_types_never_resolves_to_a_value(typed: str) -> None:
    masking = Masking()
    masked = masking.mask(f"529.982.247-25 e {typed}")
    assert masked == "[CPF_1] e [TEXTO_1]"
    assert masking.unmask(masked) == f"529.982.247-25 e {typed}"


def test_several_values_in_a_row_are_each_hidden() -> None:
    text = "Ana, 529.982.247-25 (41) 99999-8888 ana@x.com.br 80010-000 4111 1111 1111 1111"
    assert redact(text) == "Ana, [CPF] [TELEFONE] [E-MAIL] [CEP] [CARTAO]"


def test_what_was_hidden_once_is_not_hidden_again() -> None:
    text = redact("meu cpf é 529.982.247-25, zap 41 99999-8888")
    assert redact(text) == text
    assert redact("[CPF_1]") == "[CPF_1]"


def test_a_mark_counts_as_personal_data_left_in_a_text() -> None:
    assert all(personal(f"ligue [{kind}_3]") and personal(f"ligue [{kind.lower()}]") for kind in KINDS)
    assert not personal("[opção 1]")


_noise = st.text(alphabet=st.sampled_from("0123456789.-/()+@ abcx[]_\n\u200b９é"), max_size=400)


@given(st.one_of(st.text(max_size=300), _noise))
@example("\ud800 529.982.247-25 \udfff")
@example("İ" * 50 + "52998224725")
def test_anything_is_masked_and_given_back(text: str) -> None:
    masking = Masking()
    masked = masking.mask(text)
    if len(masking.found) == len({*masking.found.values()}) == sum(masked.count(m) for m in masking.found):
        assert masking.unmask(masked) == text
    assert redact(redact(text)).count("[CPF]") >= redact(text).count("[CPF]")


@given(st.integers(min_value=0, max_value=10**9 - 1), st.sampled_from([".", " ", "", "-", "\u200b", " . "]))
def test_every_valid_cpf_is_hidden_whatever_splits_it(number: int, split: str) -> None:
    base = f"{number:09d}"
    if len({*base}) == 1:
        return
    digits = base + _check_digits(base)
    assert redact(f"é {split.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))}!").startswith("é [")


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPRSTUVWXYZ", min_size=12, max_size=12))
def test_every_valid_cnpj_is_hidden_with_letters_too(base: str) -> None:
    if base.isalpha() or base.startswith("0" * 8):
        return
    number = base + cnpj.calc_check_digits(base)
    for way in (number, cnpj.format(number), number.lower()):
        assert not any(part in redact(way) for part in (number, number[8:]))


def test_the_cost_grows_in_proportion_to_the_text() -> None:
    units = (
        "1", "1 ", "12 ", "4111 ", "@", "a@", "a@b.", "é1", "\u200b1", "abc1d23 ", "[cpf_1]", "41999998888 ",
        "chave pix ", "0123456789abcdef", "12abc34501de3", "(41) 9 9999 8888 ", "a-b.", "placa ", "5 5 ",
        "-.1", "arroba ",
    )  # fmt: skip
    for unit in units:
        short, long = (_seconds((unit * size)[:size]) for size in (1024, 4096))
        assert long < 10 * short + 0.005, unit
        assert long < 2, unit


def _check_digits(base: str) -> str:
    digits = base
    for size in (10, 11):
        total = sum(int(digit) * weight for digit, weight in zip(digits, range(size, 1, -1), strict=True))
        digits += str(-total % 11 % 10)
    return digits[9:]


def _seconds(text: str) -> float:
    best = 9.0
    for _ in range(5):
        started = time.process_time()
        redact(text)
        best = min(best, time.process_time() - started)
    return best


def test_personal_data_in_two_messages_is_hidden_in_both() -> None:
    told = {
        ("meu cpf é 529.982", "247-25"): ["meu cpf é [CPF]", "…"],
        ("zap 41", "99999", "8888 pode chamar"): ["zap [TELEFONE]", "…", "… pode chamar"],
        ("ana.maria@", "exemplo.com.br, obrigada"): ["[E-MAIL]", "…, obrigada"],
        ("a 529.982.247", "25 b 4111 1111", "1111 1111 c"): ["a [CPF]", "… b [CARTAO]", "… c"],
        ("minha chave pix é", "ze2026"): ["minha chave pix é", "[PIX]"],
        ("oi", "somos 30", "15/12/2026"): ["oi", "somos 30", "15/12/2026"],
        ("529.982.247-25", "41 99999-8888"): ["[CPF]", "[TELEFONE]"],
        ("linha\nde 10", "20", ""): ["linha\nde 10", "20", ""],
        (): [],
        ("só 529.982",): ["só 529.982"],
    }
    for texts, expected in told.items():
        assert redact_all(texts) == expected


@given(st.lists(st.text("0123456789 .-\n@ax\u200b…", max_size=20), max_size=5))
def test_messages_read_together_keep_their_number_and_hide_all_that_is_hidden_joined(
    texts: list[str],
) -> None:
    together, joined = redact_all(texts), redact("\n".join(texts))
    assert len(together) == len(texts)
    assert [text.count("[") for text in ("".join(together), joined)] == [joined.count("[")] * 2
    assert redact_all(texts[:1]) == [redact(text) for text in texts[:1]]
