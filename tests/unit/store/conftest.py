"""Properties run without a deadline: the machine may be busy."""

from hypothesis import settings

settings.register_profile("shared_machine", deadline=None, max_examples=60)
settings.load_profile("shared_machine")
