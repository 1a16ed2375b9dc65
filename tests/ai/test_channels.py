import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("não respondo o whats a tempo", "WhatsApp"),
        ("não dou conta do zap", "WhatsApp"),
        ("não temos instagram ainda, só whatsapp", "WhatsApp"),
        ("sem instagram, só zap", "WhatsApp"),
        ("larguei o facebook, uso whats e insta", "WhatsApp, Instagram"),
        ("pais ligam, mandam e-mail e zap", "WhatsApp, E-mail, Telefone"),
        ("o cliente liga, a gente anota no caderno", "Telefone"),
        ("os cara liga, manda zap, manda email", "WhatsApp, E-mail, Telefone"),
        ("me liga alguém por favor", ""),
        ("vendo pelo site mas atendo no zap", "WhatsApp"),
        ("o cliente compra no site e reclama no whats", "WhatsApp"),
        ("chat no site mais o zap", "WhatsApp, Site"),
        ("quero conectar o zap e o e-mail. Todos.", "WhatsApp, E-mail"),
        ("atendemos só por telefone mas queremos começar no whats", "WhatsApp, Telefone"),
        ("usava email mas agora é só whatsapp", "WhatsApp"),
        ("só e-mail, o jurídico não deixa usar whats", "E-mail"),
        ("tirando o facebook, é zap e gmail", "WhatsApp, E-mail"),
        ("formulário na página da empresa e ligação", "Site, Telefone"),
        ("WhatsApp de telefone fixo", "WhatsApp"),
        ("já usamos messenger mas abandonamos, hoje só instagram", "Instagram"),
        ("uso messenger mas parei de olhar o insta", "Messenger"),
        ("zap e telefone fixo", "WhatsApp, Telefone"),
        ("por e-mail e telefone, zap ainda não, mas queria", "WhatsApp, E-mail, Telefone"),
        ("não temos insta mas queremos ter, hoje é só zap", "WhatsApp, Instagram"),
        ("não uso insta mas quero um robô no zap", "WhatsApp"),
        ("não temos site mas queremos vender mais no zap", "WhatsApp"),
        ("1 e 3", "WhatsApp, Messenger"),
        ("esse aqui mesmo", "WhatsApp"),
        ("todos", "WhatsApp, Instagram, Messenger, Site, E-mail, Telefone"),
    ],
)
def test_the_channels_in_use_are_told_from_those_that_were_left_or_only_sell(
    text: str, channels: str
) -> None:
    assert answer(READER.read(text), "channels") == channels
