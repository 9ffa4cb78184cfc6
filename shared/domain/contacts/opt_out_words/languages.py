"""All languages, and the words of a yes."""

from shared.domain.contacts.opt_out_words.asia_africa import ASIA_AFRICA
from shared.domain.contacts.opt_out_words.europe import EUROPE
from shared.domain.contacts.opt_out_words.germanic import GERMANIC
from shared.domain.contacts.opt_out_words.language import Language
from shared.domain.contacts.opt_out_words.romance import ROMANCE

LANGUAGES: dict[str, Language] = GERMANIC | ROMANCE | EUROPE | ASIA_AFRICA
"""Language code (ISO 639) -> its words."""

YES = "start | unstop | subscribe | opt in | optin | resume | voltar | alta | iniciar | commencer | старт | mula"
"""A yes, when it is all that a person writes. Short on purpose: a yes is not invented."""

YES_ON_BUTTONS = """unstop | opt in | optin | resume promotions | resume marketing | start promotions
| receive promotions | subscribe again | resume messages"""
"""These also on a button that we offered: "Start" or "Alta" there answers something else."""
