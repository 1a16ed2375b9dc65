from itertools import product

from pyloto_stream.whatsapp.graph_body import Said, said

ANY = (
    "null", "true", "false", '"true"', "0", "1", '"wamid.A"', "[]", "{}", "[null]", '[{"id":1}]',
    '[{"id":null}]', '[{"id":"wamid.A"}]', '[{"id":"wamid.A"},{"x":1}]', '[{"id":"wamid.A"},{"id":"w.B"}]',
)  # fmt: skip


def test_a_plain_success_says_the_same_as_one_that_is_read_field_by_field() -> None:
    for messages, success in product(ANY, ANY):
        fields = f'"messages":{messages},"success":{success}'
        plain, closely = said(f"{{{fields}}}".encode()), said(f'{{{fields},"error":null}}'.encode())
        assert plain == closely, fields


def test_a_send_and_a_receipt_are_read() -> None:
    sent = b'{"messaging_product":"whatsapp","contacts":[{"wa_id":"1"}],"messages":[{"id":"wamid.A"}]}'
    assert said(sent) == Said(wamid="wamid.A")
    assert said(b'{"success":true}') == Said(success=True)


def test_an_error_is_read_whatever_stands_beside_it() -> None:
    body = b'{"error":{"code":131047,"fbtrace_id":"Ab="},"messages":[{"id":"wamid.A"}],"success":7}'
    assert said(body) == Said(wamid="wamid.A", graph_code=131047, fbtrace_id="Ab=")


def test_what_is_not_the_json_of_the_graph_says_nothing() -> None:
    for body in (b"", b"<html>", b"[]", b"\xff", b'{"success":true,"x":"\xff"}', b"[" * 5000):
        assert said(body) == Said()
