"""What the HTTP API makes for contacts: people, their imports and segments. Imports stand where things are made, so
that a cold start pays for its own noun only.
"""

from collections.abc import Iterable

from functions.api.common_bootstrap import Common


class ContactNouns(Common):
    def of_contacts(self) -> Iterable[object]:
        from functions.api.contacts.parts import ContactParts
        from shared.services.heads import Heads
        from shared.store.contacts.mergers import Mergers

        return [
            ContactParts(
                accounts=self.accounts,
                fields=self.fields,
                contacts=self.contacts,
                conversations=self.conversations,
                mergers=Mergers(self.database),
                heads=Heads(self.accounts, self.contacts, self.conversations),
            )
        ]

    def of_imports(self) -> Iterable[object]:
        from functions.api.contacts.imports.parts import ImportParts

        queue = self.queue(self.settings.import_queue_url)
        return [
            ImportParts(accounts=self.accounts, directory=self.directory, files=self.files, import_queue=queue),
        ]

    def of_segments(self) -> Iterable[object]:
        from functions.api.segments.parts import SegmentParts
        from shared.store.campaigns.lanes import Lanes
        from shared.store.campaigns.sends import Sends
        from shared.store.segments.segments import Segments

        return [
            SegmentParts(
                accounts=self.accounts,
                segments=Segments(self.directory),
                contacts=self.contacts,
                fields=self.fields,
                campaigns=self.campaigns,
                lanes=Lanes(self.database),
                sends=Sends(self.database),
                leases=self.leases,
            )
        ]
