"""What the team works with."""

from dataclasses import dataclass

from functions.api.accounts.mailer import Mailer
from functions.api.accounts.sessions.entrance import Entrance
from shared.store.accounts.team import Team
from shared.store.accounts.tenants import Accounts
from shared.store.conversations.conversations import Conversations


@dataclass(frozen=True, slots=True)
class TeamParts:
    """`console_url` is where the browser console is."""

    accounts: Accounts
    team: Team
    conversations: Conversations
    entrance: Entrance
    mailer: Mailer
    console_url: str
