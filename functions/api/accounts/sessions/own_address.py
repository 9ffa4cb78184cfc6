"""Whether somebody gets in by the address that they have proved here.

An access token alone changes the one at the pool (Amazon Cognito, UpdateUserAttributes and VerifyUserAttribute), and
whoever has that mailbox sets a password by a code that is mailed to it (ForgotPassword, ConfirmForgotPassword: anybody
may call them). So the password is not believed either: once such an address is shown here, its person is locked, nobody
knows the password any more, and they have it reset by mail.
"""

from dataclasses import replace

from functions.api.accounts.sessions.entrance import Entrance, log_out_everywhere
from functions.api.accounts.signup.actions import free_address
from functions.api.accounts.user_pool.passwords import nobodys_password
from shared.clock import epoch_ms
from shared.domain.accounts.account import PLATFORM
from shared.domain.accounts.person import address_settled, lock, unlock
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import SYSTEM, Actor, ActorKind, Entry
from shared.domain.audit.kinds import Kind
from shared.errors import Conflict
from shared.ids import new_ulid
from shared.observability import count, logger
from shared.store.engine.audited import Occasion, on_occasion, open_occasion
from shared.store.engine.directory import Owner


def is_own_address(entrance: Entrance, subject: str, email: str) -> bool:
    """Whether it is the one that this person has proved here, and they are not locked; true for one who is of no team.
    Where it was changed at the pool alone, what was set there is undone (`_take_back`). A change of the address that
    was proved and then broke off is finished."""
    owner = entrance.doors.accounts.owner_of_subject(subject)
    known = entrance.people.proved_address(owner) if owner is not None else ""
    if owner is None or not known:
        return True
    person = entrance.people.find(subject)
    if person.locked:
        _take_back(entrance, owner, subject, known)
        return False
    if known == email:
        return True
    change = person.email_change
    if change is not None and change.is_proved and change.email == email and owner.tenant_id != PLATFORM:
        _finish_address_change(entrance, owner, subject, email)
        return True
    if entrance.people.proved_address(owner) == email:
        return True  # another call finished the change between the two reads
    found = entrance.doors.users.find(email)
    if found is not None and found.subject == subject:  # not so for a former address that they have just left
        _take_back(entrance, owner, subject, known)
    return False


def change_at_pool(entrance: Entrance, subject: str, email: str) -> None:
    """To an address that this person has proved. Raises as `change_email`."""
    try:
        entrance.changes.change_email(subject, email)
    except Conflict:
        # Whoever began to sign up with this address never proved it: this is proof.
        if not free_address(entrance.doors, email):
            raise
        entrance.changes.change_email(subject, email)


def _take_back(entrance: Entrance, owner: Owner, subject: str, known: str) -> None:
    """Whoever changed the address at the pool may have set the password there too, has a token, and may have a code.
    None of it opens anything from now on, and the person is told by a code to reset the password with.

    They are locked before anything is moved, and unlocked last: the code that went elsewhere sets a password until
    another one is mailed. Whoever dies in between, cannot mail, or finds that somebody else has the address leaves
    them locked, and the next who shows an address of theirs tries again. A stranger brings none of this about: without
    a token nobody changes the address at the pool, and the token is over with the first time, so it mails once.
    """
    entry_id = _locked(entrance, owner, subject)
    _enter(entrance, owner, entry_id)
    _nobodys(entrance, subject)
    try:
        change_at_pool(entrance, subject, known)
    except Conflict:
        return
    if entrance.changes.send_reset_code(known):
        _nobodys(entrance, subject)
        entrance.people.change(subject, unlock(entry_id))


def _locked(entrance: Entrance, owner: Owner, subject: str) -> str:
    """The id of the entry that tells of it, the same until they are unlocked."""
    entry_id = new_ulid()
    locked = entrance.people.change(subject, lock(entry_id)).locked
    if locked == entry_id:
        count("AddressMovedAtPool")
        who = {"tenant_id": owner.tenant_id, "member_id": owner.details["member_id"]}
        logger.warning("somebody's address was changed at the user pool alone: they are locked", extra=who)
    return locked


def _enter(entrance: Entrance, owner: Owner, entry_id: str) -> None:
    """Nothing where it was entered before, nor of an operator, who is of no tenant."""
    if owner.tenant_id == PLATFORM:
        return
    member_id = owner.details["member_id"]
    entry = Entry(entry_id, SYSTEM, Action.MEMBER_LOCKED, Kind.MEMBER, member_id, cause="address_changed_at_pool")
    entrance.trail.append(owner.tenant_id, entry)


def _nobodys(entrance: Entrance, subject: str) -> None:
    """Nobody knows the password, and no session goes on."""
    entrance.changes.set_password(subject, nobodys_password())
    log_out_everywhere(entrance, subject, epoch_ms())


def _finish_address_change(entrance: Entrance, owner: Owner, subject: str, email: str) -> None:
    member_id, outer = owner.details["member_id"], open_occasion()
    actor = Actor(ActorKind.MEMBER, member_id)
    entry = Entry(new_ulid(), actor, Action.MEMBER_EMAIL_CHANGED, Kind.MEMBER, member_id)
    if outer is not None:
        entry = replace(entry, origin=outer.entry.origin)
    with on_occasion(Occasion(entry, owner.tenant_id)):
        entrance.doors.accounts.change_member(owner.tenant_id, member_id, lambda found: replace(found, email=email))
    entrance.people.change(subject, address_settled(email))
