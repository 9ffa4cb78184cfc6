import json

import pytest

from infra.local.meta_simulator.journal import REQUEST_FIELDS, Journal
from tests.support.meta_simulator import Sim


def test_every_request_is_kept_with_its_answer(sim: Sim) -> None:
    sim.approved_template()
    sim.send_template(biz_opaque_callback_data="v1|ñ", to="+5215500000001")
    sim.get("999")
    whole = sim.http.get("/_sim/journal").json()
    assert whole["next"] == len(whole["entries"])
    assert [entry["seq"] for entry in whole["entries"]] == list(range(1, whole["next"] + 1))
    sent = whole["entries"][-2]
    assert set(sent) == set(REQUEST_FIELDS)
    assert (sent["method"], sent["path"]) == ("POST", f"/v26.0/{sim.number_id}/messages")
    assert sent["body"]["template"]["name"] == "promo"
    assert sent["answer"]["messages"][0]["id"] == sent["wamid"]
    assert (sent["accepted"], sent["status"], sent["to"], sent["callback"]) == (True, 200, "+5215500000001", "v1|ñ")
    assert sent["phone_number_id"] == sim.number_id
    assert sent["monotonic"] < sim.state()["monotonic"]
    assert (whole["entries"][-1]["accepted"], whole["entries"][-1]["status"]) == (False, 400)
    assert sim.token not in json.dumps(whole)


def test_since_limit_and_fields_read_piece_by_piece(sim: Sim) -> None:
    for _ in range(7):
        sim.get(sim.waba_id)
    seen, since = [], 0
    while True:
        page = sim.http.get("/_sim/journal", params={"since": since, "limit": 3, "fields": "seq,status"}).json()
        if not page["entries"]:
            break
        assert len(page["entries"]) <= 3
        seen += page["entries"]
        since = page["next"]
    assert seen == [{"seq": at, "status": 200} for at in range(1, 8)]
    assert since == 7
    assert sim.http.get("/_sim/journal?fields=shoe").status_code == 400
    assert sim.http.get("/_sim/journal?since=x").status_code == 400


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1234])
def test_the_pieces_join_to_json(count: int) -> None:
    journal = Journal(("seq", "text", "body"))
    for at in range(count):
        journal.add(f'"{at}', b'{"a":1}' if at % 2 else b"")
    whole = json.loads(b"".join(journal.read(0, 0, ())))
    assert len(whole["entries"]) == count
    assert whole["next"] == count
    if count > 1:
        assert whole["entries"][1] == {"seq": 2, "text": '"1', "body": {"a": 1}}


def test_reading_beyond_the_end_keeps_the_place() -> None:
    journal = Journal(("seq",))
    journal.add()
    assert json.loads(b"".join(journal.read(5, 0, ()))) == {"entries": [], "next": 5}
