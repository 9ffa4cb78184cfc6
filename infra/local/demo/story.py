"""The whole story, from an empty cloud to the report."""

import tempfile
import time
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from infra.local.cloud import LocalCloud
from infra.local.demo import billing, business, campaign, chat, contacts, costs, desk, evidence, people, team
from infra.local.demo.audit import Story, audit
from infra.local.demo.client import Api, Simulator
from infra.local.demo.report import Results
from infra.local.demo.screen import Screen
from infra.local.workers import Workers

META: dict[str, object] = {
    "webhooks": {"duplicate_share": 0.02, "reorder_share": 0.02},
    "people": {
        "stop_share": 0.01,
        "button_share": 0.02,
        "answer_share": 0.035,
        "react_share": 0.005,
        "delay": [1.0, 12.0],
        "stop_texts": ["STOP", "Stop!", "parar", "توقف"],
    },
}
"""How Meta behaves in the demo, beside the simulator's defaults: some webhooks come twice, some out of order. Seven of
a hundred people react, within seconds: more would by themselves fill what a campaign leaves of the number's limit."""
_STOP_WORDS = frozenset({"STOP", "Stop!", "parar", "توقف", "stop", "Parar", "baja"})
_FAULTS = ("accept_then_reset", "storm_130429")
_LOSE_ANSWERS_AT, _NO_MEANWHILE_AT, _THROTTLE_AT = 0.2, 0.3, 0.85


def run(cloud: LocalCloud, count: int, kills: int, screen: Screen) -> Results:
    """Play it with `count` contacts, and kill every lane process `kills` times while it sends.

    Raises DemoError when it cannot go on.
    """
    doors = _Doors(
        Api(cloud.api_url), Api(cloud.api_url), Simulator(cloud.simulator_url), Simulator(cloud.stripe_simulator_url)
    )
    try:
        return _play(cloud, doors, count, kills, screen)
    finally:
        for client in (doors.owner, doors.agent, doors.meta, doors.stripe):
            client.close()


@dataclass(frozen=True, slots=True)
class _Doors:
    """What the story goes through: the API as two people call it, and the simulators."""

    owner: Api
    agent: Api
    meta: Simulator
    stripe: Simulator


def _play(cloud: LocalCloud, doors: _Doors, count: int, kills: int, screen: Screen) -> Results:
    api, meta = doors.owner, doors.meta
    screen.title("A business makes itself ready")
    company = business.open_business(api, meta, screen)
    agent = team.invite_agent(cloud, api, doors.agent, screen)
    template_id = business.make_ready(api, screen)
    imported, import_seconds = _import(api, count, screen)
    before = people.say_no_before(api, meta, company, people.everybody(api), screen)

    screen.title("A campaign")
    campaign_id = campaign.prepare(api, company, template_id, screen)
    known = people.everybody(api)
    usage, since = costs.Usage.read(cloud), time.time()
    seen = campaign.launch(api, campaign_id, screen)
    meanwhile = people.Meanwhile(api, meta, company, known)
    _send(cloud, doors, seen, meanwhile, kills, screen)
    used, ran = costs.Usage.read(cloud).since(usage), costs.invocations(cloud, since, time.time())
    report = seen.report
    screen.step(f"campaign {report['status']}", f"{report['sent']} sent, {report['replied']} people answered")

    screen.title("Afterwards")
    talks = chat.look_in(agent, screen)
    talked = desk.converse(agent.api, meta, company, template_id, screen)
    subscription = billing.change_plan(api, doors.stripe, cloud.stripe_api_key, company, screen)
    inbound, statuses = evidence.told(meta)
    found = audit(
        Story(
            tenant_id=company.tenant_id,
            campaign_id=campaign_id,
            report=report,
            outcomes=_outcomes(api, campaign_id),
            people=people.everybody(api),
            sends=evidence.sends(meta),
            inbound=inbound,
            statuses=statuses,
            before=before,
            meanwhile=meanwhile.stored,
            stop_words=_STOP_WORDS,
            cap=company.cap,
            limit=company.limit,
            standstills=evidence.standstills(meta),
        )
    )
    found.check("an agent's conversation shows all it holds", talked.held, _shown(talked))
    reads = _reads_of_one_report(cloud, api, campaign_id) * seen.reports
    return Results(
        contacts=count,
        imported=imported,
        campaign=report,
        findings=found,
        times={"import": import_seconds, **_times(seen, found.seconds)},
        cost=costs.bill(used, ran, reads),
        functions=ran,
        updates_per_webhook=evidence.updates_per_webhook(meta),
        conversations=talks.conversations,
        agent=talks.agent_status,
        subscription=subscription,
        cap=company.cap,
        limit=company.limit,
    )


def _outcomes(api: Api, campaign_id: str) -> list[tuple[str, str]]:
    """Of everybody in the campaign, by contact."""
    return [(item["contact_id"], item["outcome"]) for item in api.pages(f"/v1/campaigns/{campaign_id}/recipients")]


def _shown(talked: desk.Desk) -> str:
    """What the conversation was to show, and what it did not."""
    return "picture, buttons, reaction, closed window" + (f"; missing: {talked.missing}" if talked.missing else "")


def _times(seen: campaign.Followed, sending_seconds: float) -> dict[str, float]:
    """Of the campaign, in seconds."""
    return {
        "launch until audience frozen": seen.loaded - seen.launched,
        "first to last send": sending_seconds,
        "launch until everybody written to": seen.sent - seen.launched,
        "until Meta had told everything": seen.settled - seen.launched,
    } | ({"until closed by the sweep": seen.closed - seen.launched} if seen.closed else {})


def _send(
    cloud: LocalCloud,
    doors: _Doors,
    seen: campaign.Followed,
    meanwhile: people.Meanwhile,
    kills: int,
    screen: Screen,
) -> None:
    """The campaign, with all that befalls it, to its end."""
    meta = doors.meta
    moments = [
        (_LOSE_ANSWERS_AT, lambda: _fault(meta, screen, _FAULTS[0], "Meta accepts, we get no answer")),
        (_NO_MEANWHILE_AT, lambda: _say_no(meanwhile, screen)),
        (_THROTTLE_AT, lambda: _fault(meta, screen, _FAULTS[1], "Meta says: too fast")),
    ]
    moments += [((i + 1) / (kills + 2), lambda: _kill_lanes(cloud, screen)) for i in range(kills)]
    with screen.following():
        campaign.follow(doors.owner, meta, seen, screen, sorted(moments, key=itemgetter(0)), meanwhile.look)
    meta.script(faults=dict.fromkeys(_FAULTS, 0))


def _import(api: Api, count: int, screen: Screen) -> tuple[dict[str, object], float]:
    started = time.monotonic()
    if count == contacts.SHIPPED_ROWS:
        imported = people.import_file(api, contacts.SHIPPED, screen)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "contacts.csv"
            contacts.write_contacts(path, count)
            imported = people.import_file(api, path, screen)
    return imported, time.monotonic() - started


def _say_no(meanwhile: people.Meanwhile, screen: Screen) -> None:
    meanwhile.write()
    screen.step("three people write STOP before their turn", "they are the last in line")


def _kill_lanes(cloud: LocalCloud, screen: Screen) -> None:
    workers = Workers(cloud.run_directory)
    killed = [worker for worker in workers.all() if worker.function == "CampaignLane" and workers.kill(worker)]
    screen.step("lane processes killed", f"{len(killed)}; their lease runs out, then the sweep wakes the next")


def _fault(meta: Simulator, screen: Screen, name: str, what: str) -> None:
    meta.script(faults={name: {"next": 3}})
    screen.step("the next 3 sends go wrong", what)


def _reads_of_one_report(cloud: LocalCloud, api: Api, campaign_id: str) -> float:
    before = costs.Usage.read(cloud)
    api.get(f"/v1/campaigns/{campaign_id}/report")
    return costs.Usage.read(cloud).since(before).read_units
