"""Os três formulários, preenchidos pelo aparelho da Meta local: outra leitura da cifra e das telas."""

from pathlib import Path

from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.conversation.flows import FIELDS, FLOWS, summary_of
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.simulator.flow_client import FlowClient, ping
from pyloto_stream.simulator.form_wire import Step, View
from pyloto_stream.simulator.forms import Form, offered
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.profiles import Profile
from tests.support.local import local_settings

REPLY_S = 20
SAID = {
    "driver_signup": "quero ser entregador",
    "merchant_signup": "quero cadastrar minha loja",
    "custom_software": "preciso de um sistema sob medida",
}
ANSWERS: dict[str, str] = {
    "name": "Ana Lima", "city": "Londrina PR", "vehicle": "Moto", "availability": "Noite",
    "company": "Loja X", "segment": "Loja", "delivery_volume": "10 a 30 por dia", "users": "12",
    "client_type": "Empresa",
    "current_problem": "muita planilha", "features": "agenda e cadastro", "deadline": "em 3 meses",
}  # fmt: skip


async def test_every_form_says_what_does_not_serve_and_goes_from_its_offer_to_the_handoff(
    tmp_path: Path,
) -> None:
    async with local_system(local_settings(tmp_path), forms=True) as local:
        client = client_of(local)
        assert await ping(client, local.simulator.config.flows[0].endpoint_url)
        for at, name in enumerate(FORMS):
            person = local.simulator.person(Profile(f"554190000555{at}", "Ana"))
            form, wamid = await opened(local, person, SAID[name], client)
            bad: dict[str, object] = dict.fromkeys(FORMS[name].screens[0].fields, "?")
            view = await form.take(Step(wamid, "exchange", "ENTRY", bad))
            (field,) = bad
            assert (view.screen, view.data) == ("ENTRY", {"error_message": FIELDS[field].retry})
            assert (await fill(form, wamid, name)).sent
            told = str((await person.reply(1, REPLY_S)).payload)
            for line in summary_of(FLOWS[FORMS[name].intent], ANSWERS).splitlines():
                assert line in told


def client_of(local: Local) -> FlowClient:
    secret = local.settings.whatsapp_webhook_secret[0].reveal().encode()
    return FlowClient(secret, local.simulator.public_key)


async def opened(local: Local, person: Person, said: str, client: FlowClient) -> tuple[Form, str]:
    """O formulário que a resposta a `said` oferece, e a mensagem que o ofereceu."""
    person.say(said)
    wamid = (await person.reply(0, REPLY_S)).wamid
    form = offered(person, wamid, local.simulator.config.flows, client)
    assert form is not None
    return form, wamid


async def fill(form: Form, wamid: str, name: str) -> View:
    """Abre e preenche, tela a tela; devolve o que se vê no fim."""
    view, given = await form.take(Step(wamid, "open")), {}
    for screen in FORMS[name].screens:
        assert (view.screen, view.error) == (screen.id, "")
        given.update({field: ANSWERS.get(field, "") for field in screen.fields})
        view = await form.take(Step(wamid, "exchange", view.screen, dict(given)))
    return view
