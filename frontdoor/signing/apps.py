from django.apps import AppConfig

from frontdoor import audit


class SigningConfig(AppConfig):
    name = "frontdoor.signing"
    label = "signing"
    verbose_name = "Signing"

    def ready(self) -> None:
        """Say the words of our audit events, note what is signed for whom, and what goes with a destroyed record."""
        from frontdoor.people.disposal import disposal_of
        from frontdoor.people.record.chronology import declare
        from frontdoor.signing.noting import of_move, own_for_others
        from frontdoor.signing.oversight import SOURCE
        from frontdoor.workflow import hooks

        audit.register(
            {
                "signing.delegated": "named who signs while somebody is away",
                "signing.withdrawn": "ended that somebody signs for a colleague",
                "oversight.noted": "noted their oversight of the record",
                "oversight.corrected": "corrected a note of oversight",
                "signing.signed_for": "signed, or returned, for a colleague who is away",
            }
        )
        if of_move not in hooks.about_to_move:
            hooks.about_to_move.append(of_move)
            hooks.blockers.append(own_for_others)
        declare(SOURCE)
        disposal_of(
            "signing.OversightNote", "t.reference IN {references}", "what managers noted of a record goes with it"
        )
        disposal_of("signing.SignedFor", "t.reference IN {references}", "it tells of a record that goes")
