import pytest

from infra.local.meta_simulator.config import LimitRules
from infra.local.meta_simulator.errors import GraphError
from infra.local.meta_simulator.limits import Limits, Throughput
from tests.support.meta_simulator import Receiver, Sim, error, receiving, simulating


def test_the_throughput_window_slides() -> None:
    window = Throughput()
    for at in (0.0, 0.2, 0.9):
        window.add(at)
    assert window.used(0.95) == 3
    assert window.used(1.1) == 2
    assert window.used(1.89) == 1
    assert window.used(1.91) == 0


def test_a_pair_may_burst_and_then_waits_until_the_debt_is_paid() -> None:
    rules, limits = LimitRules(), Limits()

    def send(at: float) -> int:
        try:
            limits.check_pair(rules, "n", "p", at)
        except GraphError as refusal:
            return refusal.code
        limits.count(rules, "w", "n", "p", at, opens=False)
        return 200

    assert [send(at * 0.1) for at in range(46)] == [200] * 45 + [131056]
    assert [send(at) for at in (5.9, 6.1, 6.2)] == [131056, 200, 131056]
    limits.check_pair(rules, "n", "somebody else", 6.2)
    assert [send(10_000.0) for _ in range(46)] == [200] * 45 + [131056]


def test_the_messaging_limit_counts_people_not_messages() -> None:
    rules, limits = LimitRules(), Limits()

    def send(person: str, at: float) -> int:
        try:
            limits.check_people(2, "w", person, at)
        except GraphError as refusal:
            return refusal.code
        limits.count(rules, "w", "n", person, at, opens=True)
        return 200

    assert [send(person, 0.0) for person in ("a", "b", "a", "c")] == [200, 200, 200, 131048]
    assert send("c", 86_401.0) == 200


def test_a_number_refuses_beyond_its_throughput_and_counts_inbound() -> None:
    with receiving() as receiver, simulating(receiver) as sim:
        sim.approved_template()
        sim.script(phone_number={"id": sim.number_id, "throughput_per_second": 5})
        write = {"phone_number_id": sim.number_id, "from": "+5215599999999", "text": "hola"}
        sim.script(inbound=[write, write])
        codes = [sim.send_template(to=f"+52155000000{at:02d}").status_code for at in range(6)]
        assert codes.count(200) >= 3
        refused = [entry for entry in sim.journal() if entry["status"] == 400]
        accepted = [entry["monotonic"] for entry in sim.journal() if entry["accepted"]]
        for entry in refused:
            assert entry["answer"]["error"]["code"] == 130429
        for start in accepted:
            assert sum(start <= at < start + 0.99 for at in accepted) <= 5


def test_the_pair_limit_is_held_by_the_server(sim: Sim) -> None:
    sim.approved_template()
    sim.script(limits={"pair_burst": 2})
    assert [sim.send_template().status_code for _ in range(2)] == [200, 200]
    assert error(sim.send_template()) == (400, 131056)
    sim.script(limits={"pair_limit": False})
    assert sim.send_template().status_code == 200


def test_the_messaging_limit_spares_open_windows(sim: Sim, receiver: Receiver) -> None:
    sim.approved_template()
    sim.script(waba={"id": sim.waba_id, "messaging_limit": 1})
    assert sim.send_template(to="+5215500000001").status_code == 200
    assert error(sim.send_template(to="+5215500000002")) == (400, 131048)
    sim.script(inbound={"phone_number_id": sim.number_id, "from": "+5215500000002", "text": "hola"})
    assert sim.send_template(to="+5215500000002").status_code == 200
    sim.settle()
    assert receiver.changes("business_capability_update") == [{"max_daily_conversations_per_business": 1}]
    assert sim.get(sim.number_id, fields="messaging_limit_tier").json()["messaging_limit_tier"] == "TIER_50"


@pytest.mark.parametrize("field", ["maintenance", "registered"])
def test_a_number_out_of_service_refuses(sim: Sim, field: str) -> None:
    sim.approved_template()
    sim.script(phone_number={"id": sim.number_id, field: field == "maintenance"})
    assert error(sim.send_template())[1] == {"maintenance": 131057, "registered": 133010}[field]
