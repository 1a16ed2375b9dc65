"""Que arquivos alguém guarda, ou guardou e ainda não registrou? Os que estes eventos dizem."""

import base64

import msgspec

from consumers.forgetting import wanted_files
from pyloto_stream.conversation.events import Media
from pyloto_stream.conversation.wanted import MediaWanted
from tests.support.records import inbound, media

ASKED, KEPT = "ab" * 32, "cd" * 32


def test_files_asked_for_and_files_kept_are_found_and_the_rest_is_passed_over() -> None:
    declared = base64.b64encode(bytes.fromhex(ASKED)).decode()
    wanted = MediaWanted("wamid.1", "document", "1", Media("7", sha256=declared))
    told = [
        msgspec.json.encode([wanted]),
        msgspec.json.encode([inbound(1), media(1, sha256=KEPT)]),
        msgspec.json.encode([inbound(2)]),
        b"[]",
        b'[{"event":"novelty"}]',
        b"broken",
    ]
    assert wanted_files(told) == {ASKED, KEPT}
