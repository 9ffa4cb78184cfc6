"""Templates, custom fields, campaigns and bots, in the Directory table."""

from collections.abc import Callable, Mapping, Sequence

from shared.domain.bots.bot import Bot, check_bots, folded
from shared.domain.campaigns.campaign import LATEST_START_MS, Campaign, State
from shared.domain.campaigns.incident import Incident
from shared.domain.contacts.contact import MOST_FIELDS, ContactField
from shared.domain.limits import require_room
from shared.domain.templates.template import Template
from shared.errors import Conflict, NotFound
from shared.ids import last_ulid
from shared.store.engine import guarded
from shared.store.engine.cursor import Page
from shared.store.engine.directory import Directory, Due, cursor_behind
from shared.store.engine.documents import to_document
from shared.store.engine.guarded import GuardedList

BOTS = GuardedList("BOT#", Bot)
FIELDS = GuardedList("FIELD#", ContactField)

START_GRACE_MS = 60_000
LOAD_GRACE_MS = 60_000
_MOMENT = 10
"""How many characters of a ULID are its time."""


def _campaign_due(campaign: Campaign) -> Due | None:
    """From when on the sweep looks at a campaign every minute: always, until it is closed.

    A minute after its start for a scheduled one, so that the schedule comes first; a minute after freezing began for
    one that loads. Once more when it is closed, if Meta keeps messages of it back.
    """
    if campaign.state is State.DRAFT:
        return None
    if campaign.closed:
        return Due("CAMPAIGN", campaign.held_until) if campaign.held_until is not None else None
    if campaign.state is State.SCHEDULED:
        return Due("CAMPAIGN", (campaign.start_at or campaign.created_at) + START_GRACE_MS)
    if campaign.state is State.LOADING:
        return Due("CAMPAIGN", campaign.frozen_at + LOAD_GRACE_MS)
    return Due("CAMPAIGN", campaign.created_at)


class Catalogue:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def put_template(self, tenant_id: str, template: Template) -> None:
        self._directory.put(tenant_id, f"TPL#{template.template_id}", template)

    def template(self, tenant_id: str, template_id: str) -> Template:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"TPL#{template_id}", Template)

    def templates(self, tenant_id: str) -> list[Template]:
        """All: Meta bounds them (6,000 of an account: business management API, message templates)."""
        return self._directory.all(tenant_id, "TPL#", Template)

    def templates_page(self, tenant_id: str, limit: int, cursor: str | None) -> Page[Template]:
        """In the order of Meta's ids."""
        return self._directory.page(tenant_id, "TPL#", Template, limit=limit, cursor=cursor, oldest_first=True)

    def change_template(self, tenant_id: str, template_id: str, change: Callable[[Template], Template]) -> bool:
        """False when the tenant has no such template."""
        try:
            self._directory.update(tenant_id, f"TPL#{template_id}", Template, change)
        except NotFound:
            return False
        return True

    def create_field(self, tenant_id: str, field: ContactField) -> None:
        """Raises Conflict (`field_exists`) when the key is taken, and TooMany."""
        self.create_fields(tenant_id, [field], taken_is_fine=False)

    def create_fields(self, tenant_id: str, fields: Sequence[ContactField], *, taken_is_fine: bool = True) -> None:
        """All of them or none; one whose key is taken stays as it is. Raises TooMany (`too_many_fields`)."""

        def decide(found: Mapping[str, ContactField]) -> Mapping[str, ContactField]:
            new = {f"FIELD#{field.key}": field for field in fields if f"FIELD#{field.key}" not in found}
            if len(new) < len(fields) and not taken_is_fine:
                raise Conflict("there is a field with this key", field="key", code="field_exists")
            if new:
                require_room(len(found) + len(new) - 1, MOST_FIELDS, "custom fields", "too_many_fields")
            return new

        guarded.change(tenant_id, FIELDS, decide)

    def fields(self, tenant_id: str) -> list[ContactField]:
        """All: MOST_FIELDS at most."""
        return self._directory.all(tenant_id, "FIELD#", ContactField)

    def fields_page(self, tenant_id: str, limit: int, cursor: str | None) -> Page[ContactField]:
        """In the order of keys."""
        return self._directory.page(tenant_id, "FIELD#", ContactField, limit=limit, cursor=cursor, oldest_first=True)

    def delete_field(self, tenant_id: str, key: str) -> None:
        self._directory.delete(tenant_id, f"FIELD#{key}")

    def create_campaign(self, tenant_id: str, campaign: Campaign) -> None:
        """Raises Conflict when the id is taken. One that is made scheduled is the sweep's from here on, like any."""
        self._directory.create(tenant_id, f"CMP#{campaign.campaign_id}", campaign, due=_campaign_due(campaign))

    def campaign(self, tenant_id: str, campaign_id: str) -> Campaign:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"CMP#{campaign_id}", Campaign)

    def campaigns(self, tenant_id: str, limit: int, cursor: str | None) -> Page[Campaign]:
        """Newest first."""
        return self._directory.page(tenant_id, "CMP#", Campaign, limit=limit, cursor=cursor)

    @staticmethod
    def cursor_from(moment: int) -> str:
        """With it `campaigns` begins at those that were made by then (epoch ms)."""
        return cursor_behind("CMP#", f"CMP#{last_ulid(moment)}")

    def campaigns_made_since(self, tenant_id: str, campaign_id: str) -> list[Campaign]:
        """The campaign and those made later, newest first; ids are ULIDs, so their order is that of the making. One
        made for another by itself has the other's moment, whence the comparison of moments only."""
        moment = campaign_id[:_MOMENT]
        found: list[Campaign] = []
        cursor: str | None = None
        while True:
            page = self.campaigns(tenant_id, 100, cursor)
            found += [c for c in page.items if c.campaign_id[:_MOMENT] >= moment]
            cursor = page.cursor
            if cursor is None or page.items[-1].campaign_id[:_MOMENT] < moment:
                return found

    def campaigns_frozen_since(self, tenant_id: str, since: int, most: int | None = None) -> list[Campaign]:
        """Campaigns whose audience was frozen, or began to be, at `since` (epoch ms) or later. Reads the tenant's
        campaigns newest first, and as much further back as a schedule may reach, because they are in the order in
        which they were made; whoever waits for the answer says how many are read at `most` (to the next hundred)."""
        found: list[Campaign] = []
        cursor: str | None = None
        read = 0
        while True:
            page = self.campaigns(tenant_id, 100, cursor)
            found += [c for c in page.items if c.frozen_at and c.frozen_at >= since]
            cursor, read = page.cursor, read + len(page.items)
            if most is not None and read >= most:
                return found
            if cursor is None or page.items[-1].created_at < since - LATEST_START_MS:
                return found

    def change_campaign(self, tenant_id: str, campaign_id: str, change: Callable[[Campaign], Campaign]) -> Campaign:
        """Raises NotFound and whatever `change` raises."""
        return self._directory.update(tenant_id, f"CMP#{campaign_id}", Campaign, change, due=_campaign_due)

    def campaigns_to_sweep(self, now: int) -> list[tuple[str, str]]:
        """(tenant id, campaign id) of every campaign that is under way or should be."""
        return [(tenant, key.removeprefix("CMP#")) for tenant, key in self._directory.due("CAMPAIGN", now)]

    def put_incident(self, tenant_id: str, incident: Incident) -> None:
        """The last sighting of each kind per campaign."""
        self._directory.put(tenant_id, f"INCIDENT#{incident.campaign_id}#{incident.kind}", incident)

    def incidents(self, tenant_id: str) -> list[Incident]:
        return self._directory.all(tenant_id, "INCIDENT#", Incident)

    def put_bot(self, tenant_id: str, bot: Bot, *, must_exist: bool = False) -> None:
        """Make it, or replace the one with its id. Raises NotFound when there is none and there must be, and TooMany
        (`too_many_bots`, `too_many_keywords`, `bot_too_large`, `bots_too_large`)."""
        key, stored = f"BOT#{bot.bot_id}", folded(bot)

        def decide(found: Mapping[str, Bot]) -> Mapping[str, Bot]:
            if must_exist and key not in found:
                raise NotFound("there is no such thing here")
            sizes = {name: len(to_document(other).encode()) for name, other in found.items()}
            check_bots(found, {**found, key: stored}, sizes, {**sizes, key: len(to_document(stored).encode())})
            return {key: stored}

        guarded.change(tenant_id, BOTS, decide)

    def bot(self, tenant_id: str, bot_id: str) -> Bot:
        """Raises NotFound."""
        return self._directory.need(tenant_id, f"BOT#{bot_id}", Bot)

    def bots(self, tenant_id: str) -> list[Bot]:
        """In the order they were made, which is the order in which they are asked."""
        return self._directory.all(tenant_id, "BOT#", Bot)

    def bots_page(self, tenant_id: str, limit: int, cursor: str | None) -> Page[Bot]:
        """In the order in which they are asked."""
        return self._directory.page(tenant_id, "BOT#", Bot, limit=limit, cursor=cursor, oldest_first=True)

    def delete_bot(self, tenant_id: str, bot_id: str) -> None:
        self._directory.delete(tenant_id, f"BOT#{bot_id}")
