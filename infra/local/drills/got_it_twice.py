"""Somebody says that they got a campaign twice. They got two, and the record of each and the ids at Meta prove it."""

from infra.local.demo.client import Json
from infra.local.drills.business import accepted_of, ends_well, make_business
from infra.local.drills.stage import Drill, Stage


def play(stage: Stage) -> None:
    business = make_business(stage, people=3)
    number, person = business.tenant.phone_number_id, business.phones[0]
    campaigns = [business.launch(name) for name in ("Back on Monday", "Back on Monday, again")]
    stage.screen.step("somebody says: I got it twice", f"{len(campaigns)} campaigns have the same words")
    for campaign_id in campaigns:
        ends_well(stage, business, campaign_id)
    wamids = [_wamid(stage, campaign_id, person) for campaign_id in campaigns]

    for campaign_id, wamid in zip(campaigns, wamids, strict=True):
        why = stage.ops("person", "why", number, campaign_id, person, "--wamid", wamid)
        own = why["got_it"] and why["is_its_message"]
        stage.holds("the campaign's own record has this message of Meta's", own, f"handed over {why['handed_to_meta']}")
        other = next(one for one in wamids if one != wamid)
        why = stage.ops("person", "why", number, campaign_id, person, "--wamid", other)
        stage.holds("and the other message is not its own", why["is_its_message"] is False)
        once = accepted_of(stage, campaign_id)[person.removeprefix("+")] == 1
        stage.holds("Meta took one message of it for this person", once)
        books = stage.ops("campaign", "status", number, campaign_id)["books"]
        stage.holds("its books balance", books["balanced"], f"{books['sent']} sent of {books['planned']} planned")
    stage.quiet("BooksUnbalancedAlarm")
    consent = stage.ops("person", "consent", number, person)
    stage.holds("nothing that they said was against it", not consent["opted_out_at"])
    stage.screen.step("what to say", "two campaigns went out, one message of each; their ids and moments are above")


def _wamid(stage: Stage, campaign_id: str, phone: str) -> str:
    """Meta's id of the message, as the person or Meta's support would name it."""
    entries = stage.meta.read("journal", "accepted,to,callback,wamid")
    (found,) = [one for one in entries if _is_to(one, campaign_id, phone)]
    return str(found["wamid"])


def _is_to(entry: Json, campaign_id: str, phone: str) -> bool:
    ours = f"|{campaign_id}|" in (entry["callback"] or "")
    return bool(entry["accepted"]) and ours and str(entry["to"]).removeprefix("+") == phone.removeprefix("+")


DRILL = Drill(
    "got-it-twice",
    "somebody says that they got a campaign twice",
    "Somebody says that they got it twice",
    play,
)
