"""The steps in which a WhatsApp Business account is connected, in their order.

Source: Meta, Embedded Signup v4 (2026): what a server does once the browser has a code.
"""

from enum import StrEnum


class Step(StrEnum):
    """The names are shown, and never change."""

    CODE = "code"
    """The browser's code is exchanged for the business's token; it works once, for 30 seconds."""
    TOKEN = "token"  # noqa: S105 - the name of a step
    """What the token may reach is proved: what a browser says counts for nothing."""
    ACCOUNT = "account"
    NUMBERS = "numbers"
    """The numbers are read, and account and numbers become this tenant's, and nobody else's."""
    SUBSCRIPTION = "subscription"
    """Webhooks are subscribed, and that is read back."""
    REGISTRATION = "registration"
    """With a PIN; not for a number that the WhatsApp Business app uses too."""
    SYNC = "sync"
    """Contacts and history of the WhatsApp Business app are asked for; only for such a number."""
    TEMPLATES = "templates"
    HEALTH = "health"
    TEST_MESSAGE = "test_message"


OPTIONAL = frozenset({Step.SYNC, Step.TEST_MESSAGE})
"""What somebody may leave out; the number works without."""
ONCE_IN_A_WHILE = "2593107"
"""Meta, error codes: the app's data was asked for before; it gives them once after each sign-up."""
