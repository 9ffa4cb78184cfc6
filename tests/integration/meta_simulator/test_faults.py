import time

import httpx
import pytest

from tests.support.meta_simulator import Receiver, Sim, error, until


def sends(sim: Sim) -> list[dict[str, object]]:
    return [entry for entry in sim.journal() if entry["path"].endswith("/messages")]


def test_accept_then_reset_is_accepted_but_never_answered(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(faults={"accept_then_reset": {"next": 1}})
    with pytest.raises(httpx.TransportError):
        sim.send_template(biz_opaque_callback_data="v1|x")
    [entry] = sends(sim)
    assert (entry["accepted"], entry["status"], entry["fault"]) == (True, 0, "accept_then_reset")
    assert (entry["callback"], entry["to"]) == ("v1|x", "+5215512345678")
    assert str(entry["wamid"]).startswith("wamid.")
    sim.settle()
    assert receiver.statuses()[0]["biz_opaque_callback_data"] == "v1|x"
    assert sim.send_template().status_code == 200


def test_reset_before_accept_sends_nothing(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(faults={"reset_before_accept": {"next": 2}})
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            sim.send_template()
    assert sim.send_template().status_code == 200
    assert [entry["accepted"] for entry in sends(sim)] == [False, False, True]
    sim.settle()
    assert len(receiver.statuses()) == 3


def test_accept_then_500_is_accepted(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(faults={"accept_then_500": {"next": 1}})
    assert error(sim.send_template()) == (500, 1)
    sim.script(faults={"accept_then_500": {"next": 1, "plain": True}})
    answer = sim.send_template(to="+5215500000001")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert [entry["accepted"] for entry in sends(sim)] == [True, True]
    sim.settle()
    assert len(receiver.statuses()) == 6


def test_error_before_accept_gives_any_code(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(faults={"error_before_accept": {"next": 1}})
    assert error(sim.send_template()) == (500, 131000)
    sim.script(faults={"error_before_accept": {"next": 1, "code": 131048}})
    assert error(sim.send_template()) == (400, 131048)
    sim.settle()
    assert receiver.statuses() == []


def test_a_storm_of_130429_ends_when_cleared(sim: Sim) -> None:
    sim.approved_template()
    sim.script(faults={"storm_130429": 1})
    assert error(sim.send_template()) == (400, 130429)
    assert sim.script(faults={"storm_130429": 0})["faults"] == {}
    assert sim.send_template().status_code == 200


def test_slow_answers_are_accepted_at_once(sim: Sim) -> None:
    sim.approved_template()
    sim.script(faults={"slow": {"ms": 60_000, "next": 1}})
    with pytest.raises(httpx.ReadTimeout):
        sim.http.post(
            f"/v26.0/{sim.number_id}/messages",
            json={
                "messaging_product": "whatsapp",
                "to": "+5215512345678",
                "type": "template",
                "template": {
                    "name": "promo",
                    "language": {"code": "es"},
                    "components": [{"type": "body", "parameters": [{"type": "text", "text": "A"}]}],
                },
            },
            headers={"Authorization": f"Bearer {sim.token}"},
            timeout=httpx.Timeout(60, read=0.05),
        )
    until(lambda: [entry["accepted"] for entry in sends(sim)] == [True])
    sim.script(faults={"slow": {"ms": 300, "next": 1}})
    before = time.monotonic()
    assert sim.send_template().status_code == 200
    assert time.monotonic() - before >= 0.3


def test_a_share_hits_about_that_many_and_the_same_ones_again(sim: Sim) -> None:
    sim.approved_template()
    sim.script(faults={"storm_130429": 0.5}, limits={"throughput_per_second": 1000, "pair_limit": False})
    first = [sim.send_template(to=f"+52155000{at:05d}").status_code for at in range(60)]
    assert 15 < first.count(400) < 45


def test_a_fault_can_be_kept_to_one_number(sim: Sim) -> None:
    sim.approved_template()
    sim.script(faults={"storm_130429": {"share": 1, "phone_number_id": "1"}})
    assert sim.send_template().status_code == 200


@pytest.mark.parametrize(
    "script",
    [
        {"faults": {"flood": 1}},
        {"faults": {"slow": {"seconds": 1}}},
        {"faults": {"slow": 2}},
        {"faults": 1},
        {"nonsense": 1},
        {"people": {"stop_chance": 1}},
        {"people": {"stop_share": "1"}},
        {"statuses": {"sent_delay": [1]}},
        {"inbound": {"phone_number_id": "1", "text": "x"}},
        {"create_waba": {"phones": []}},
        {"webhook": {}},
        [],
    ],
)
def test_a_script_that_is_not_understood_says_so(sim: Sim, script: object) -> None:
    answer = sim.http.post("/_sim/script", json=script)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]
