from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "frontdoor.drafts"
    label = "drafts"
    verbose_name = "Drafts"

    def ready(self) -> None:
        """A destroyed record takes with it what was typed about it and not sent; the rest has rules of its own."""
        from frontdoor.dated import check_with
        from frontdoor.drafts.actions import throw_away_of
        from frontdoor.drafts.lasting import drafts_last_some_days
        from frontdoor.people.disposal import throw_away

        check_with("codes_retention", drafts_last_some_days)
        if throw_away_of not in throw_away:
            throw_away.append(throw_away_of)
