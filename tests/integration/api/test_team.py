"""The team: invitations, roles, removal, ownership; profiles; API keys with an end. Over the routes, with a pool that
checks as Cognito does, and a sender that keeps its mails."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api import bootstrap
from functions.api.accounts.api_keys.actions import KeyParts, Rotation, revoke_api_key, rotate_api_key
from functions.api.accounts.parts import AccountParts
from functions.api.accounts.team.actions import remove_member
from functions.api.accounts.team.desks import DeskClearingParts, clear_desks
from functions.api.accounts.team.invitations import Acceptance, accept
from functions.api.accounts.team.parts import TeamParts
from functions.api.http.refusal import Refusal
from infra.local.tenant import APPLICANT
from shared.clock import EpochMs, epoch_ms
from shared.domain.accounts.account import Member, Principal, Role, Suspension, Tenant
from shared.domain.accounts.invitation import GOOD_FOR_MS
from shared.domain.accounts.permissions import scopes_of
from shared.domain.accounts.signup import HOLD_MS, hold_for_signup
from shared.domain.contacts.identity import contact_id_for, conversation_id_for
from shared.domain.conversations.conversation import assign
from shared.errors import AppError
from shared.ids import PhoneNumberId, new_ulid
from shared.store.accounts.api_keys import ApiKeys
from shared.store.accounts.team import Team
from shared.store.accounts.tenants import Accounts
from shared.store.conversations.conversations import Head
from shared.store.engine.database import Database
from tests.support.api_handler import Answer, problem
from tests.support.operators import let_in
from tests.support.people import PASSWORD, People, Person, acceptance, growing, people
from tests.support.places import place_of_its_own
from tests.support.totp import totp

__all__ = ["people"]
OTHER = "Another-horse-2"
FIVE_MINUTES_MS = 300_000


@pytest.fixture
def owner(people: People) -> Person:
    return growing(people)


def ok(answer: Answer) -> Any:
    assert answer.status < 300, answer.body
    return answer.body


def role_of(people: People, person: Person) -> str | Refusal:
    granted = let_in(people, person.token)
    return granted if isinstance(granted, Refusal) else granted["role"]


def revision(person: Person, member: str) -> int:
    items = ok(person.call("GET", "/v1/members"))["items"]
    return int(next(item["revision"] for item in items if item["id"] == member))


def test_whoever_is_invited_joins_with_a_new_account(people: People, owner: Person) -> None:
    email = f"rui-{new_ulid().lower()}@example.com"
    invited = ok(owner.call("POST", "/v1/invitations", {"email": email.upper(), "role": "agent"}))
    assert (invited["email"], invited["status"], invited["mail"]) == (email, "open", "sent")
    assert [one["id"] for one in ok(owner.call("GET", "/v1/invitations"))["items"]] == [invited["id"]]
    assert "Café" in people.mailbox.newest(email)
    assert "?" not in people.mailbox.newest(email), "what follows # reaches no server and no log"
    token = people.link(email)
    for wrong in (token[:-1], f"{token}x", "a.b.c", token.replace(owner.tenant, new_ulid())):
        assert problem(people.anybody("/v1/invitations/accept", acceptance(wrong))) == (409, "invitation_over")
    assert people.anybody("/v1/invitations/accept", {"token": token, "password": PASSWORD}).status == 422
    no_name = {k: v for k, v in acceptance(token).items() if k != "name"}
    assert people.anybody("/v1/invitations/accept", no_name).body["field"] == "name"
    assert problem(people.anybody("/v1/invitations/accept", acceptance(token, password="weak")))[1] == "weak_password"
    joined = ok(people.anybody("/v1/invitations/accept", acceptance(token)))
    assert (joined["tenant_id"], joined["role"]) == (owner.tenant, "agent")
    rui = people.logged_in(email, joined["tenant_id"], joined["member_id"], "agent")
    assert role_of(people, rui) == "agent"
    other = acceptance(token, password=OTHER)
    assert problem(people.anybody("/v1/invitations/accept", other)) == (409, "invitation_over")
    assert ok(owner.call("GET", "/v1/invitations"))["items"] == []
    again = owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"})
    assert problem(again) == (409, "already_member")


def test_whoever_has_an_account_joins_by_its_password(people: People, owner: Person) -> None:
    rui = people.joined(owner, "viewer")
    assert owner.call("DELETE", f"/v1/members/{rui.member}").status == 204
    other = people.owner()
    ok(other.call("POST", "/v1/invitations", {"email": rui.email, "role": "marketer"}))
    token = people.link(rui.email)
    wrong = people.anybody("/v1/invitations/accept", acceptance(token, password=OTHER))
    assert problem(wrong) == (401, "unauthenticated")
    joined = ok(people.anybody("/v1/invitations/accept", {"token": token, "password": PASSWORD}))
    assert joined["tenant_id"] == other.tenant
    ok(owner.call("POST", "/v1/invitations", {"email": rui.email, "role": "viewer"}))
    elsewhere = people.anybody("/v1/invitations/accept", acceptance(people.link(rui.email)))
    assert problem(elsewhere) == (409, "in_another_team")


def test_a_mail_that_cannot_be_sent_is_said_and_sent_later(people: People, owner: Person) -> None:
    email = f"late-{new_ulid().lower()}@example.com"
    people.mailbox.broken = ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail")
    try:
        invited = ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    finally:
        people.mailbox.broken = None
    assert (invited["mail"], invited["mail_error"], invited["mailed_at"]) == ("failed", "refused", None)
    twice = owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"})
    assert problem(twice) == (409, "already_invited")
    sent = ok(owner.call("POST", f"/v1/invitations/{invited['id']}/resend"))
    assert (sent["mail"], sent["mail_error"]) == ("sent", None)
    first = people.link(email)
    ok(owner.call("POST", f"/v1/invitations/{invited['id']}/resend"))
    assert problem(people.anybody("/v1/invitations/accept", acceptance(first))) == (409, "invitation_over")
    assert owner.call("DELETE", f"/v1/invitations/{invited['id']}").status == 204
    revoked = people.anybody("/v1/invitations/accept", acceptance(people.link(email)))
    assert problem(revoked) == (409, "invitation_over")


def test_a_link_is_good_for_a_week(people: People, owner: Person) -> None:
    email = f"week-{new_ulid().lower()}@example.com"
    invited = ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    team = Team(people.api.deps.directory)
    found = team.invitation(owner.tenant, invited["id"])
    assert found.expires_at == found.created_at + GOOD_FOR_MS
    team.change_invitation(owner.tenant, invited["id"], lambda one: replace(one, expires_at=epoch_ms()))
    over = people.anybody("/v1/invitations/accept", acceptance(people.link(email)))
    assert problem(over) == (409, "invitation_over")
    assert ok(owner.call("GET", "/v1/invitations"))["items"][0]["status"] == "expired"


def test_a_link_that_many_follow_at_once_makes_one_member(people: People, owner: Person) -> None:
    email = f"race-{new_ulid().lower()}@example.com"
    ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    token = people.link(email)
    member_id = token.split(".")[1]
    parts = bootstrap.parts()[TeamParts]
    followed = Acceptance(token, PASSWORD, "Rui", acceptance(token)["policy_version"])

    def follow(_: int) -> str:
        try:
            return accept(parts, followed, "", epoch_ms())[1].member_id
        except AppError as error:
            return error.code

    with ThreadPoolExecutor(4) as threads:
        results = set(threads.map(follow, range(4)))
    assert results <= {member_id, "invitation_over", "account_exists", "unauthenticated", "temporarily_unavailable"}
    if member_id not in results:
        ok(people.anybody("/v1/invitations/accept", acceptance(token)))
    emails = [item["email"] for item in ok(owner.call("GET", "/v1/members"))["items"]]
    assert emails.count(email) == 1


def test_who_was_removed_lets_nobody_in_by_what_they_sent_before(people: People, owner: Person) -> None:
    """Else whoever is about to be removed would come back by the next link."""
    admin = people.joined(owner, "admin")
    email = f"second-{new_ulid().lower()}@example.com"
    invited = ok(admin.call("POST", "/v1/invitations", {"email": email, "role": "admin"}))
    link = people.link(email)
    assert owner.call("DELETE", f"/v1/members/{admin.member}").status == 204
    (shown,) = ok(owner.call("GET", "/v1/invitations"))["items"]
    assert shown["status"] == "inviter_gone"
    assert problem(people.anybody("/v1/invitations/accept", acceptance(link))) == (409, "invitation_over")
    assert email not in people.pool.people, "no account was made for it"
    again = ok(owner.call("POST", f"/v1/invitations/{invited['id']}/resend"))
    assert (again["status"], again["invited_by"]) == ("open", owner.member)
    assert problem(people.anybody("/v1/invitations/accept", acceptance(link))) == (409, "invitation_over")
    ok(people.anybody("/v1/invitations/accept", acceptance(people.link(email))))


def test_who_is_made_less_while_somebody_follows_their_link_lets_nobody_in(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = people.joined(owner, "admin")
    email = f"late-{new_ulid().lower()}@example.com"
    ok(admin.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    real = Team.change_members

    def changed_first(team: Team, *arguments: Any, **more: Any) -> None:
        monkeypatch.setattr(Team, "change_members", real)
        down = {"role": "viewer", "revision": revision(owner, admin.member)}
        ok(owner.call("PATCH", f"/v1/members/{admin.member}", down))
        real(team, *arguments, **more)

    monkeypatch.setattr(Team, "change_members", changed_first)
    late = people.anybody("/v1/invitations/accept", acceptance(people.link(email)))
    assert problem(late) == (409, "invitation_over")


def test_a_call_that_died_while_it_joined_blocks_no_address(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = f"dies-{new_ulid().lower()}@example.com"
    invited = ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    path = f"/v1/invitations/{invited['id']}"

    def dies(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "TransactWriteItems")

    with monkeypatch.context() as patched:
        patched.setattr(Team, "change_members", dies)
        assert people.anybody("/v1/invitations/accept", acceptance(people.link(email))).status >= 500
    assert problem(owner.call("DELETE", path)) == (409, "invitation_accepted")
    team, long_ago = Team(people.api.deps.directory), EpochMs(epoch_ms() - HOLD_MS)
    team.change_invitation(owner.tenant, invited["id"], lambda one: replace(one, accepted_at=long_ago))
    assert owner.call("DELETE", path).status == 204
    ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))


def test_what_became_of_an_older_link_s_mail_is_not_said_of_a_newer_one(
    people: People, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = f"two-{new_ulid().lower()}@example.com"
    invited = ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    path, send = f"/v1/invitations/{invited['id']}/resend", people.mailbox.send_email

    def fails_after_another(**call: Any) -> None:
        monkeypatch.setattr(people.mailbox, "send_email", send)
        assert ok(owner.call("POST", path))["mail"] == "sent"
        raise ClientError({"Error": {"Code": "MessageRejected"}}, "SendEmail")

    monkeypatch.setattr(people.mailbox, "send_email", fails_after_another)
    assert ok(owner.call("POST", path))["mail"] == "failed"
    (shown,) = ok(owner.call("GET", "/v1/invitations"))["items"]
    assert (shown["mail"], shown["mail_error"]) == ("sent", None)


def test_an_invitation_tells_nobody_who_has_an_account_elsewhere(people: People, owner: Person) -> None:
    elsewhere, nobody = people.owner().email, f"nobody-{new_ulid().lower()}@example.com"
    answers = [owner.call("POST", "/v1/invitations", {"email": one, "role": "agent"}) for one in (elsewhere, nobody)]
    own = {"id", "email", "created_at", "mailed_at", "expires_at"}
    first, second = ({k: v for k, v in ok(one).items() if k not in own} for one in answers)
    assert first == second
    wrong = people.anybody("/v1/invitations/accept", acceptance(people.link(elsewhere), password=OTHER))
    assert problem(wrong) == (401, "unauthenticated"), "not even whoever has the link, without the password"
    assert problem(people.anybody("/v1/invitations/accept", acceptance(people.link(elsewhere)))) == (
        409,
        "in_another_team",
    )


def test_only_owners_revoke_what_makes_an_owner(people: People, owner: Person) -> None:
    admin = people.joined(owner, "admin")
    body = {"email": f"heir-{new_ulid().lower()}@example.com", "role": "owner"}
    path = f"/v1/invitations/{ok(owner.call('POST', '/v1/invitations', body))['id']}"
    assert problem(admin.call("DELETE", path)) == (403, "wider_role")
    assert owner.call("DELETE", path).status == 204


def test_people_are_written_to_in_the_language_of_the_business(people: People, owner: Person) -> None:
    seen = ok(owner.call("GET", "/v1/tenant"))
    ok(owner.call("PATCH", "/v1/tenant", {"revision": seen["revision"], "language": "pt-BR"}))
    email = f"rui-{new_ulid().lower()}@example.com"
    ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    assert "como atendente" in people.mailbox.newest(email)


def test_a_plan_has_room_for_so_many(people: People) -> None:
    owner = people.owner()
    people.joined(owner, "agent")
    tokens = []
    for i in range(2):
        email = f"{i}-{new_ulid().lower()}@example.com"
        ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "viewer"}))
        tokens.append(people.link(email))
    ok(people.anybody("/v1/invitations/accept", acceptance(tokens[0])))
    full = people.anybody("/v1/invitations/accept", acceptance(tokens[1]))
    assert problem(full) == (402, "plan_limit")
    assert problem(owner.call("POST", "/v1/invitations", {"email": "x@y.co", "role": "viewer"})) == (402, "plan_limit")
    third = next(m for m in ok(owner.call("GET", "/v1/members"))["items"] if m["role"] == "viewer")
    assert owner.call("DELETE", f"/v1/members/{third['id']}").status == 204
    repeated = people.anybody("/v1/invitations/accept", {"token": tokens[1], "password": PASSWORD})
    assert repeated.status == 200, "the account that was made at the first attempt is theirs"


def test_nobody_gives_or_takes_more_than_they_have(people: People, owner: Person) -> None:
    admin, agent = people.joined(owner, "admin"), people.joined(owner, "agent")
    path = f"/v1/members/{owner.member}"
    assert problem(admin.call("POST", "/v1/invitations", {"email": "a@b.co", "role": "owner"})) == (403, "wider_role")
    assert problem(admin.call("PATCH", path, {"role": "agent", "revision": 0})) == (403, "wider_role")
    assert problem(admin.call("DELETE", path)) == (403, "wider_role")
    up = {"role": "owner", "revision": revision(admin, admin.member)}
    assert problem(admin.call("PATCH", f"/v1/members/{admin.member}", up)) == (403, "wider_role")
    assert problem(agent.call("PATCH", f"/v1/members/{agent.member}", up)) == (403, "missing_scope")
    down = {"role": "viewer", "revision": revision(admin, agent.member)}
    assert ok(admin.call("PATCH", f"/v1/members/{agent.member}", down))["role"] == "viewer"
    assert role_of(people, agent) == "viewer"


def test_of_two_who_change_a_role_the_second_is_told(people: People, owner: Person) -> None:
    agent = people.joined(owner, "agent")
    path, seen = f"/v1/members/{agent.member}", revision(owner, agent.member)
    ok(owner.call("PATCH", path, {"role": "marketer", "revision": seen}))
    assert problem(owner.call("PATCH", path, {"role": "viewer", "revision": seen})) == (409, "changed_meanwhile")
    assert ok(owner.call("PATCH", path, {"role": "marketer", "revision": seen}))["role"] == "marketer", "the same again"
    assert role_of(people, agent) == "marketer"


def test_the_last_owner_stays(people: People, owner: Person) -> None:
    second = people.joined(owner, "admin")
    down = {"role": "admin", "revision": 0}
    assert problem(owner.call("PATCH", f"/v1/members/{owner.member}", down)) == (409, "last_owner")
    assert problem(owner.call("DELETE", f"/v1/members/{owner.member}")) == (409, "last_owner")
    assert problem(owner.call("POST", "/v1/me/leave", {"password": PASSWORD})) == (409, "last_owner")
    up = {"role": "owner", "revision": revision(owner, second.member)}
    ok(owner.call("PATCH", f"/v1/members/{second.member}", up))
    both = (owner, people.logged_in(second.email, owner.tenant, second.member, "owner"))
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(_leave, both))
    left = [m["role"] for m in ok(owner.call("GET", "/v1/members", scopes="read"))["items"]]
    assert left == ["owner"], "of two who leave at the same moment one stays"


def _leave(person: Person) -> None:
    principal = Principal(person.tenant, person.member, "owner", frozenset(map(str, scopes_of(Role.OWNER))))
    try:
        remove_member(bootstrap.parts()[TeamParts], principal, person.member, epoch_ms(), lambda: False)
    except AppError as error:
        assert error.code == "last_owner"  # noqa: PT017


def test_an_ownership_goes_over_with_the_password_only(people: People, owner: Person) -> None:
    heir = people.joined(owner, "agent")
    transfer = {"member_id": heir.member, "password": PASSWORD}
    path = "/v1/members/transfer-ownership"
    assert problem(owner.call("POST", path, transfer | {"password": OTHER})) == (401, "unauthenticated")
    assert problem(heir.call("POST", path, transfer)) == (403, "missing_scope")
    assert ok(owner.call("POST", path, transfer))["role"] == "owner"
    assert (role_of(people, owner), role_of(people, heir)) == ("admin", "owner")
    scopes = "ownership,self"
    assert ok(owner.call("POST", path, transfer, scopes=scopes))["role"] == "owner", "as when the answer was lost"
    third = transfer | {"member_id": people.joined(replace(heir, role="owner"), "viewer").member}
    assert problem(owner.call("POST", path, third, scopes=scopes)) == (409, "changed_meanwhile")


def test_who_is_removed_has_no_access_and_their_desk_is_empty(people: People, owner: Person) -> None:
    agent, conversations = people.joined(owner, "agent"), people.api.deps.conversations
    number = PhoneNumberId(f"{int(new_ulid()[-9:], 36)}")
    ids = []
    for i in range(4):
        contact = contact_id_for(owner.tenant, "phone", f"+551191234{i:04d}")
        head = Head(conversation_id_for(owner.tenant, number, contact), number, contact, "Bia")
        conversations.open(owner.tenant, head, EpochMs(epoch_ms() + i))
        ids.append(head.conversation_id)
        ok(owner.call("POST", f"/v1/conversations/{head.conversation_id}/assign", {"to": agent.member}))
    assert owner.call("POST", f"/v1/conversations/{ids[0]}/close", {}).status == 200
    assert owner.call("DELETE", f"/v1/members/{agent.member}").status == 204
    assert let_in(people, agent.token) is Refusal.FORBIDDEN
    assert agent.member not in [m["id"] for m in ok(owner.call("GET", "/v1/members"))["items"]]
    found = {one.conversation_id: one.assignee for one in conversations.get_many(owner.tenant, ids, consistent=True)}
    assert [found[one] for one in ids] == [agent.member, "", "", ""], "what is closed keeps its history"
    late = ok(owner.call("POST", f"/v1/conversations/{ids[1]}/assign", {"to": owner.member}))
    assert late["assignee"] == owner.member
    assert owner.call("POST", f"/v1/conversations/{ids[2]}/assign", {"to": agent.member}).status == 404


def test_what_still_comes_to_lie_on_the_desk_is_found_by_the_schedule(
    people: People, owner: Person, database: Database
) -> None:
    agent, conversations = people.joined(owner, "agent"), people.api.deps.conversations
    assert owner.call("DELETE", f"/v1/members/{agent.member}").status == 204
    number, contact = PhoneNumberId("1"), contact_id_for(owner.tenant, "phone", "+5511912349999")
    head = Head(conversation_id_for(owner.tenant, number, contact), number, contact, "Bia")
    conversations.open(owner.tenant, head, epoch_ms())
    conversations.change(owner.tenant, head.conversation_id, lambda found: assign(found, agent.member))
    team = Team(people.api.deps.directory)
    parts = DeskClearingParts(team, conversations, place_of_its_own(database))
    clear_desks(parts, EpochMs(epoch_ms() + FIVE_MINUTES_MS), lambda: True)
    found = conversations.get(owner.tenant, head.conversation_id)
    assert found is not None
    assert found.assignee == ""
    left = team.desks_to_clear(EpochMs(epoch_ms() + FIVE_MINUTES_MS))
    assert (owner.tenant, agent.member) not in [(one.tenant_id, team.whose_desk(one)[0]) for one in left]
    assert people.api.deps.directory.get(owner.tenant, f"MEMBER#{agent.member}", Member) is None


def test_who_answers_no_conversations_any_more_keeps_none(people: People, owner: Person, database: Database) -> None:
    agent, conversations = people.joined(owner, "agent"), people.api.deps.conversations
    number = PhoneNumberId("1")
    ids = []
    for i in range(2):
        contact = contact_id_for(owner.tenant, "phone", f"+551191235{i:04d}")
        head = Head(conversation_id_for(owner.tenant, number, contact), number, contact, "Bia")
        conversations.open(owner.tenant, head, EpochMs(epoch_ms() + i))
        ids.append(head.conversation_id)
    ok(owner.call("POST", f"/v1/conversations/{ids[0]}/assign", {"to": agent.member}))
    path = f"/v1/members/{agent.member}"
    ok(owner.call("PATCH", path, {"role": "viewer", "revision": revision(owner, agent.member)}))
    conversations.change(owner.tenant, ids[1], lambda found: assign(found, agent.member))
    parts = DeskClearingParts(Team(people.api.deps.directory), conversations, place_of_its_own(database))

    def on_desk() -> list[bool]:
        found = {one.conversation_id: one for one in conversations.get_many(owner.tenant, ids, consistent=True)}
        return [found[one].assignee == agent.member for one in ids]

    assert on_desk() == [False, True], "one that came later is found by the schedule"
    clear_desks(parts, EpochMs(epoch_ms() + FIVE_MINUTES_MS), lambda: True)
    assert on_desk() == [False, False]
    assert role_of(people, agent) == "viewer", "who stays a member stays one"
    ok(owner.call("PATCH", path, {"role": "agent", "revision": revision(owner, agent.member)}))
    ok(owner.call("PATCH", path, {"role": "viewer", "revision": revision(owner, agent.member)}))
    ok(owner.call("PATCH", path, {"role": "agent", "revision": revision(owner, agent.member)}))
    ok(owner.call("POST", f"/v1/conversations/{ids[0]}/assign", {"to": agent.member}))
    clear_desks(parts, EpochMs(epoch_ms() + FIVE_MINUTES_MS), lambda: True)
    assert on_desk() == [True, False], "who takes conversations again keeps them"


def test_of_two_who_change_the_business_the_second_is_told(people: People, owner: Person) -> None:
    seen = ok(owner.call("GET", "/v1/tenant"))
    change = {"revision": seen["revision"], "name": "Café Aurora", "country": "my", "time_zone": "Asia/Kuala_Lumpur"}
    changed = ok(owner.call("PATCH", "/v1/tenant", change | {"language": "ms"}))
    assert (changed["country"], changed["language"], changed["revision"]) == ("MY", "ms", seen["revision"] + 1)
    second = owner.call("PATCH", "/v1/tenant", {"revision": seen["revision"], "name": "Other"})
    assert problem(second) == (409, "changed_meanwhile")
    again = ok(owner.call("PATCH", "/v1/tenant", change))
    assert again["revision"] == changed["revision"], "a repeated call finds it done"
    for wrong in ({"logo_file_id": new_ulid()}, {"time_zone": "Mars/Base"}, {"country": "XX"}, {"language": "English"}):
        answer = owner.call("PATCH", "/v1/tenant", {"revision": changed["revision"], **wrong})
        assert (answer.status, answer.body["field"]) == (422, next(iter(wrong)))


def test_members_change_their_own_profile(people: People, owner: Person) -> None:
    agent = people.joined(owner, "viewer")
    me = ok(agent.call("GET", "/v1/me"))["member"]
    change = {"revision": me["revision"], "name": "Rui Lima", "language": "pt-BR", "time_zone": "America/Sao_Paulo"}
    changed = ok(agent.call("PATCH", "/v1/me", change))
    assert changed["name"] == "Rui Lima"
    assert ok(agent.call("GET", "/v1/me"))["member"] == changed
    stale = agent.call("PATCH", "/v1/me", {"revision": me["revision"], "name": "R"})
    assert problem(stale) == (409, "changed_meanwhile")
    cleared = ok(agent.call("PATCH", "/v1/me", {"revision": changed["revision"], "language": None}))
    assert cleared["language"] is None


def test_a_key_ends_on_its_day_and_is_seen_at_work(people: People, owner: Person) -> None:
    wanted = {"name": "Shop", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00Z"}
    key = ok(owner.call("POST", "/v1/api-keys", wanted))
    assert (key["created_by"], key["expired"], key["last_used_at"]) == (owner.member, False, None)
    assert owner.call("POST", "/v1/api-keys", wanted | {"expires_at": "2020-01-01T00:00:00Z"}).status == 422
    assert isinstance(let_in(people, key["key"]), dict)
    assert let_in(people, key["key"], EpochMs(4_070_908_800_000)) is Refusal.KEY_EXPIRED
    as_key: dict[str, Any] = {"tenant": owner.tenant, "member": key["id"], "role": "api_key", "scopes": "read"}
    assert people.api.call("GET", "/v1/me", **as_key).status == 200
    (shown,) = ok(owner.call("GET", "/v1/api-keys"))["items"]
    assert shown["last_used_at"] is not None
    keys = ApiKeys(people.api.deps.directory)
    assert owner.call("DELETE", f"/v1/api-keys/{key['id']}").status == 204
    keys.note_use(owner.tenant, key["id"], epoch_ms())
    assert keys.uses(owner.tenant) == {}, "nothing is kept of a key that is revoked while it calls"


def test_a_rotated_key_goes_on_for_as_long_as_is_said(people: People, owner: Person) -> None:
    first = ok(owner.call("POST", "/v1/api-keys", {"name": "Shop", "scopes": ["read", "settings"]}))
    path = f"/v1/api-keys/{first['id']}"
    second = ok(owner.call("POST", f"{path}/rotate", {"overlap_hours": 2}))
    assert (second["id"], second["scopes"]) == (first["id"], first["scopes"])
    assert second["key"] != first["key"]
    now = epoch_ms()
    assert isinstance(let_in(people, first["key"], now), dict)
    assert let_in(people, first["key"], EpochMs(now + 2 * 3_600_000 + 1)) is Refusal.KEY_EXPIRED
    third = ok(owner.call("POST", f"{path}/rotate", {"overlap_hours": 0}))
    assert let_in(people, first["key"]) is Refusal.TOKEN_INVALID, "no more than one of before"
    assert let_in(people, second["key"], EpochMs(epoch_ms() + 1)) is Refusal.KEY_EXPIRED
    assert isinstance(let_in(people, third["key"]), dict)
    narrow = owner.call("POST", f"{path}/rotate", {}, scopes="settings")
    assert problem(narrow) == (403, "wider_key")
    assert owner.call("DELETE", path).status == 204
    assert [let_in(people, one["key"]) for one in (second, third)] == [Refusal.TOKEN_INVALID] * 2


def test_of_two_rotations_at_once_one_holds_and_a_revoked_key_never_comes_back(people: People, owner: Person) -> None:
    key = ok(owner.call("POST", "/v1/api-keys", {"name": "Shop", "scopes": ["read"]}))
    parts = bootstrap.parts()[KeyParts]
    principal = Principal(owner.tenant, owner.member, "owner", frozenset({"read", "settings"}))

    def rotate(i: int) -> str:
        try:
            return rotate_api_key(parts, principal, key["id"], Rotation(1, None, f"token {i}"), epoch_ms())[1]
        except AppError as error:
            return error.code

    def act(i: int) -> str:
        if i == 3:
            try:
                revoke_api_key(parts, principal, key["id"])
            except AppError as error:
                return error.code
            return "revoked"
        return rotate(i)

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(act, range(4)))
    shown = [one for one in (*results, key["key"]) if one.startswith("wpb_")]
    alive = [one for one in shown if isinstance(let_in(people, one), dict)]
    if "revoked" in results:
        assert alive == []


def test_whoever_leaves_is_in_no_business_of_their_own_until_they_sign_up_again(people: People, owner: Person) -> None:
    """What they signed up with was used up by their first log-in."""
    heir, login = people.joined(owner, "admin"), {"email": owner.email, "password": PASSWORD}
    ok(owner.call("POST", "/v1/members/transfer-ownership", {"member_id": heir.member, "password": PASSWORD}))
    ok(owner.call("POST", "/v1/me/leave", {"password": PASSWORD}))
    assert problem(people.anybody("/v1/login", login)) == (409, "signup_incomplete")
    ok(replace(heir, role="owner").call("POST", "/v1/invitations", {"email": owner.email, "role": "viewer"}))
    assert ok(people.anybody("/v1/invitations/accept", acceptance(people.link(owner.email))))["role"] == "viewer"


def test_nor_where_a_stranger_signs_up_with_the_address_at_their_first_log_in(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    signups, creates = bootstrap.parts()[AccountParts].entrance.doors.signups, Accounts.create

    def creates_while_it_is_held(accounts: Accounts, tenant: Tenant, owner: Member) -> None:
        creates(accounts, tenant, owner)
        now = epoch_ms()
        signups.change(owner.email, hold_for_signup(now), now)

    with monkeypatch.context() as patched:
        patched.setattr(Accounts, "create", creates_while_it_is_held)
        owner = people.owner()
    heir = people.joined(owner, "admin")
    ok(owner.call("POST", "/v1/members/transfer-ownership", {"member_id": heir.member, "password": PASSWORD}))
    ok(owner.call("POST", "/v1/me/leave", {"password": PASSWORD}))
    login = {"email": owner.email, "password": PASSWORD}
    assert problem(people.anybody("/v1/login", login)) == (409, "signup_incomplete")


def test_whoever_has_a_second_factor_and_no_team_is_told_and_signs_up_again(people: People, owner: Person) -> None:
    person = people.joined(owner, "agent")
    secret = ok(person.call("POST", "/v1/me/second-factor", {"password": PASSWORD}))["secret"]
    ok(person.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)}))
    ok(owner.call("DELETE", f"/v1/members/{person.member}"))
    login = {"email": person.email, "password": PASSWORD}
    account = {"business_name": "Own", "email": person.email, "password": PASSWORD, "country": "BR"} | APPLICANT
    assert problem(people.anybody("/v1/login", login | {"second_factor_code": totp(secret)})) == (
        409,
        "signup_incomplete",
    )
    ok(people.anybody("/v1/signup", account))
    assert problem(people.anybody("/v1/login", login)) == (403, "mfa_required"), "the password alone makes nothing"
    token = ok(people.anybody("/v1/login", login | {"second_factor_code": totp(secret)}))["access_token"]
    assert role_of(people, replace(person, token=token)) == "owner"


def test_whoever_follows_their_link_again_is_told_what_they_were_told(people: People, owner: Person) -> None:
    """The answer to their first call may have been lost; nobody else learns anything."""
    email = f"rui-{new_ulid().lower()}@example.com"
    ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    following = acceptance(people.link(email))
    first = ok(people.anybody("/v1/invitations/accept", following))
    assert ok(people.anybody("/v1/invitations/accept", following)) == first
    other = people.anybody("/v1/invitations/accept", following | {"password": OTHER})
    assert problem(other) == (409, "invitation_over")
    ok(owner.call("DELETE", f"/v1/members/{first['member_id']}"))
    assert problem(people.anybody("/v1/invitations/accept", following)) == (409, "invitation_over")


def test_an_ownership_that_went_over_is_no_clash_with_itself(people: People, owner: Person) -> None:
    heir, third = people.joined(owner, "admin"), people.joined(owner, "admin")
    body = {"member_id": heir.member, "password": PASSWORD}
    first = ok(owner.call("POST", "/v1/members/transfer-ownership", body))
    assert ok(owner.call("POST", "/v1/members/transfer-ownership", body)) == first
    late = owner.call("POST", "/v1/members/transfer-ownership", body | {"member_id": third.member})
    assert problem(late) == (409, "changed_meanwhile")


def test_nobody_joins_a_suspended_business(people: People, owner: Person) -> None:
    email, accounts = f"rui-{new_ulid().lower()}@example.com", people.api.deps.accounts
    ok(owner.call("POST", "/v1/invitations", {"email": email, "role": "agent"}))
    suspension = Suspension("s", "spam", "kim", epoch_ms())
    accounts.change_tenant(owner.tenant, lambda found: replace(found, suspension=suspension))
    refused = people.anybody("/v1/invitations/accept", acceptance(people.link(email)))
    assert problem(refused) == (403, "tenant_suspended")
    assert people.pool.people.get(email) is None, "and no account is made"
    accounts.change_tenant(owner.tenant, lambda found: replace(found, suspension=None))
    assert ok(people.anybody("/v1/invitations/accept", acceptance(people.link(email))))["role"] == "agent"
