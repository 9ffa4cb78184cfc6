"""What people change about themselves and their team is in the audit log, with a pool that checks as Cognito does."""

import pytest
from botocore.exceptions import ClientError

from functions.api.accounts.audit.parts import AuditParts
from functions.api.accounts.user_pool.access_tokens import claimed
from functions.api.bootstrap import parts
from shared.clock import DAY_MS, EpochMs, epoch_ms
from shared.domain.audit.entry import SYSTEM, Actor, ActorKind, Entry, Status
from shared.ids import TenantId
from shared.store.audit.trail import Span
from tests.support.api_handler import Answer
from tests.support.people import PASSWORD, People, Person, people
from tests.support.totp import totp

__all__ = ["people"]
OTHER = "Another-horse-2"


def log(tenant: TenantId) -> list[Entry]:
    """Oldest first."""
    now = epoch_ms()
    span = Span(EpochMs(now - DAY_MS), EpochMs(now + DAY_MS))
    return parts()[AuditParts].trail.page(tenant, span, 1_000, None).items[::-1]


def done(answer: Answer) -> Answer:
    assert answer.status < 300, answer.body
    return answer


class Watch:
    """What is entered from call to call."""

    def __init__(self, tenant: TenantId) -> None:
        self._tenant, self._seen = tenant, len(log(tenant))

    def newest(self) -> Entry:
        """The only one since the last call."""
        (found,) = self.all()
        return found

    def all(self) -> list[Entry]:
        found = log(self._tenant)[self._seen :]
        self._seen += len(found)
        return found


def test_a_business_begins_with_its_owner(people: People) -> None:
    owner = people.owner()
    (first,) = log(owner.tenant)
    assert (first.action, first.object_id) == ("member.joined", owner.member)
    assert first.actor == Actor(ActorKind.MEMBER, owner.member)
    assert first.difference.after["role"] == "owner"
    assert owner.email not in str(first)


def test_what_somebody_changes_of_their_way_in_is_entered(people: People) -> None:
    owner = people.owner()
    watch = Watch(owner.tenant)
    secret = done(owner.call("POST", "/v1/me/second-factor", {"password": PASSWORD})).body["secret"]
    assert watch.all() == []
    refused = owner.call("POST", "/v1/me/second-factor/confirm", {"code": "000000"})
    entry = watch.newest()
    assert (entry.status, entry.cause, refused.status) == (Status.REFUSED, "wrong_code", 422)
    done(owner.call("POST", "/v1/me/second-factor/confirm", {"code": totp(secret)}))
    entry = watch.newest()
    assert (entry.action, entry.status) == ("member.second_factor_enabled", Status.DONE)
    assert (entry.object_id, entry.actor.actor_id) == (owner.member, owner.member)
    proof = {"password": PASSWORD, "second_factor_code": totp(secret)}
    codes = done(owner.call("POST", "/v1/me/second-factor/recovery-codes", proof)).body["recovery_codes"]
    assert watch.newest().action == "member.recovery_codes_replaced"
    done(owner.call("POST", "/v1/me/second-factor/remove", {"password": PASSWORD, "recovery_code": codes[0]}))
    assert watch.newest().action == "member.second_factor_disabled"
    new = f"new-{owner.email}"
    done(owner.call("POST", "/v1/me/email", {"email": new, "password": PASSWORD}))
    code = people.mailbox.newest(new).partition("code is ")[2][:6]
    done(owner.call("POST", "/v1/me/email/confirm", {"code": code}))
    entry = watch.newest()
    assert (entry.action, entry.difference.named) == ("member.email_changed", ("email",))
    done(owner.call("POST", "/v1/me/password", {"current_password": PASSWORD, "new_password": OTHER}))
    assert watch.newest().action == "member.password_changed"
    done(owner.call("POST", "/v1/me/sessions/end"))
    assert watch.newest().action == "member.sessions_ended"
    done(owner.call("PATCH", "/v1/me", {"language": "ms", "revision": 0}))
    assert watch.newest().difference.after == {"language": "ms"}
    stored = str(log(owner.tenant))
    assert not any(word in stored for word in (PASSWORD, OTHER, secret, *codes, owner.email))


def test_what_happens_in_a_team_is_entered(people: People) -> None:
    owner = people.owner()
    watch = Watch(owner.tenant)
    agent = people.joined(owner, "agent")
    invited, joined = watch.all()
    assert (invited.action, invited.actor.actor_id) == ("invitation.created", owner.member)
    assert (joined.action, joined.actor.actor_id) == ("member.joined", agent.member)
    assert agent.email not in str((invited, joined))
    path = f"/v1/members/{agent.member}"
    done(owner.call("PATCH", path, {"role": "admin", "revision": 0}))
    entry = watch.newest()
    assert (entry.action, entry.difference.before, entry.difference.after) == (
        "member.role_changed", {"role": "agent"}, {"role": "admin"},
    )  # fmt: skip
    done(owner.call("PUT", f"{path}/availability", {"available": True}))
    assert watch.newest().action == "member.availability_changed"
    done(owner.call("PATCH", "/v1/tenant", {"name": "Another", "revision": 0}))
    entry = watch.newest()
    assert (entry.action, entry.object_id, entry.difference.after) == (
        "tenant.changed", owner.tenant, {"name": "Another"},
    )  # fmt: skip
    done(owner.call("POST", "/v1/members/transfer-ownership", {"member_id": agent.member, "password": PASSWORD}))
    entry = watch.newest()
    assert (entry.action, entry.object_id) == ("member.ownership_transferred", agent.member)
    former = Person(people, owner.email, owner.tenant, owner.member, "admin", owner.token)
    key = done(former.call("POST", "/v1/api-keys", {"name": "k", "scopes": ["read"]})).body
    rotated = done(former.call("POST", f"/v1/api-keys/{key['id']}/rotate", {})).body
    done(former.call("DELETE", f"/v1/api-keys/{key['id']}"))
    entries = watch.all()
    assert [one.action for one in entries] == ["api_key.created", "api_key.rotated", "api_key.deleted"]
    assert not any(secret in str(entries) for secret in (key["key"], rotated["key"]))
    done(former.call("POST", "/v1/me/leave", {"password": PASSWORD}))
    entry = watch.newest()
    assert (entry.action, entry.object_id) == ("member.left", owner.member)


def test_an_invitation_is_resent_and_revoked(people: People) -> None:
    owner = people.owner()
    watch = Watch(owner.tenant)
    made = done(owner.call("POST", "/v1/invitations", {"email": f"x-{owner.email}", "role": "agent"})).body
    done(owner.call("POST", f"/v1/invitations/{made['id']}/resend"))
    done(owner.call("DELETE", f"/v1/invitations/{made['id']}"))
    entries = watch.all()
    assert [one.action for one in entries] == ["invitation.created", "invitation.resent", "invitation.revoked"]
    assert {one.object_id for one in entries} == {made["id"]}


def test_a_member_is_removed(people: People) -> None:
    owner = people.owner()
    agent = people.joined(owner, "agent")
    watch = Watch(owner.tenant)
    done(owner.call("DELETE", f"/v1/members/{agent.member}"))
    entry = watch.newest()
    assert (entry.action, entry.object_id) == ("member.removed", agent.member)
    assert entry.difference.after["removed_at"]


def test_who_is_locked_for_an_address_that_was_moved_at_the_pool_is_entered_once(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = people.owner()
    watch, evil = Watch(owner.tenant), f"evil-{owner.email}"
    moved = [{"Name": "email", "Value": evil}]
    people.pool.admin_update_user_attributes(Username=claimed(owner.token).subject, UserAttributes=moved)

    def away(**_: str) -> None:
        raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "ForgotPassword")

    with monkeypatch.context() as patched:
        patched.setattr(people.pool, "forgot_password", away)
        assert people.anybody("/v1/login", {"email": evil, "password": PASSWORD}).status >= 500
        assert people.anybody("/v1/password/forgot", {"email": owner.email}).status >= 500
    done(people.anybody("/v1/password/forgot", {"email": owner.email}))
    entry = watch.newest()
    assert (entry.action, entry.actor, entry.object_id, entry.cause, entry.status) == (
        "member.locked", SYSTEM, owner.member, "address_changed_at_pool", Status.DONE,
    )  # fmt: skip
    assert owner.email not in str(entry)
    assert people.pool.mails[-1][0] == owner.email


def test_a_password_that_is_reset_by_mail_is_entered_once_the_code_was_right(people: People) -> None:
    owner = people.owner()
    watch = Watch(owner.tenant)
    people.anybody("/v1/password/forgot", {"email": owner.email})
    code = people.pool.mails[-1][1]
    reset = {"email": owner.email, "code": code, "password": OTHER}
    assert people.anybody("/v1/password/reset", reset | {"code": "000000"}).status == 422
    assert watch.all() == []
    done(people.anybody("/v1/password/reset", reset))
    entry = watch.newest()
    assert (entry.action, entry.actor, entry.object_id) == (
        "member.password_reset", Actor(ActorKind.MEMBER, owner.member), owner.member,
    )  # fmt: skip
