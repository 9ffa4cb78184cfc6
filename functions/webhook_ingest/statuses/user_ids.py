"""Learning from statuses which user id belongs to whom: whoever we write to by phone may answer without one.

Somebody with a username is known by a business-scoped user id alone once 30 days have passed without a message (Meta,
business-scoped user ids). Their no must find the contact that was imported with a phone.
"""

from collections.abc import Collection

from functions.webhook_ingest.bootstrap import Deps
from functions.webhook_ingest.people.logic.identity import identities
from shared.domain.contacts.identity import contact_id_for
from shared.observability import count


def learn_user_ids(at_hand: Deps, tenant_id: str, people: Collection[tuple[str, str]], now: int) -> None:
    """`people` are (phone, user id) as a status names them. Only contacts that there are learn; harmless to repeat.

    Costs 0.5 RRU for each of them, and for one whose user id is new 1 WRU and a few RRU, once.
    """
    told = {}
    for phone, user_id in people:
        who = identities(phone, user_id)
        if who.phone and who.bsuid:
            told[contact_id_for(tenant_id, "bsuid", who.bsuid)] = who
    linked = at_hand.contacts.linked(tenant_id, told)
    strangers = {key: who for key, who in told.items() if key not in linked}
    by_phone = at_hand.contacts.get_many(tenant_id, {key for who in strangers.values() for key in who.keys(tenant_id)})
    for key, who in strangers.items():
        found = [by_phone[other] for other in who.keys(tenant_id) if other in by_phone]
        if not found:
            continue
        if key in by_phone:
            # Known under the user id as well: these two are one person.
            at_hand.people.link(tenant_id, at_hand.people.find(tenant_id, who), who, now, now)
        else:
            at_hand.contacts.put_pointer(tenant_id, key, found[0].contact_id)
        count("UserIdLearned")
