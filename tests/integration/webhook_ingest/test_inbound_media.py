"""What the inbound consumer does with the files that messages bring: nothing but asking for their copies."""

import pytest

from tests.integration.webhook_ingest.test_inbound import conversation, deliver, text
from tests.support.consumers import Deps
from tests.support.fake_aws import FakeAws
from tests.support.webhook_payloads import PHONE_ID, TENANT


def test_a_file_is_kept_as_pending_and_asked_for(aws: FakeAws, deps: Deps) -> None:
    picture = {**text("x"), "type": "image", "image": {"mime_type": "image/jpeg", "id": "77", "caption": "mira"}}
    assert deliver(picture) == deliver(picture) == []
    head, (message,) = conversation(deps)
    assert message.media is not None
    assert (message.media.status, message.media.media_id, message.media.mime_type) == ("pending", "77", "image/jpeg")
    asked = [
        {
            "tenant_id": TENANT,
            "phone_number_id": PHONE_ID,
            "conversation_id": head.conversation_id,
            "message_id": message.message_id,
        }
    ]
    assert aws.bodies("Media") == asked * 2


def test_the_file_of_an_edit_is_asked_for_under_the_edit(aws: FakeAws, deps: Deps) -> None:
    deliver({**text("x"), "type": "image", "image": {"mime_type": "image/jpeg", "id": "77"}})
    wamid = conversation(deps)[1][0].wamid
    inner = {"type": "image", "image": {"mime_type": "image/png", "id": "78"}}
    edit = {"original_message_id": wamid, "message": inner}
    deliver({**text("e", 2), "type": "edit", "edit": edit})
    (message,) = conversation(deps)[1]
    assert message.media is not None
    assert (message.media.media_id, message.media.mime_type) == ("78", "image/png")
    first, second = aws.bodies("Media")
    assert first["message_id"] == message.message_id != second["message_id"]
    assert f"/{second['message_id']}/78" in message.media.key


@pytest.mark.parametrize("media_id", ["../../x", "a/b", "", "x" * 200, "é"])
def test_an_id_that_is_no_part_of_a_path_is_asked_for_nowhere(aws: FakeAws, deps: Deps, media_id: str) -> None:
    deliver({**text("x"), "type": "image", "image": {"mime_type": "image/jpeg", "id": media_id}})
    (message,) = conversation(deps)[1]
    assert message.media is not None
    assert (message.media.status, message.media.reason, message.media.key) == ("failed", "no_media_id", "")
    assert aws.bodies("Media") == []


def test_a_file_that_meta_could_not_fetch_says_so(aws: FakeAws, deps: Deps) -> None:
    errors = [{"code": 131052, "title": "Media download error"}]
    deliver({**text("x"), "type": "video", "video": {}, "errors": errors})
    (message,) = conversation(deps)[1]
    assert message.media is not None
    assert (message.media.status, message.media.reason) == ("failed", "meta_131052")
    assert aws.bodies("Media") == []
