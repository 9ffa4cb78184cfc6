"""Whether a template that Meta has is the one that was written here. Pure."""

from dataclasses import replace

from shared.domain.templates.draft import TemplateDraft, as_listed
from shared.domain.templates.template import Template
from shared.domain.templates.versions import spoken


def says_the_same(draft: TemplateDraft, listed: Template) -> bool:
    """Whether a template that Meta lists may be one that was made of this draft. The words of an authentication
    template are Meta's; the category may be another than the one asked for."""
    components = [as_listed(component) for component in draft.components]
    mine, theirs = spoken(replace(listed, components=components)), spoken(listed)
    if draft.category == "AUTHENTICATION":
        return mine.keys() == theirs.keys()
    return draft.parameter_format == listed.parameter_format and mine == theirs
