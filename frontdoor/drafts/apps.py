from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "frontdoor.drafts"
    label = "drafts"
    verbose_name = "Drafts"

    def ready(self) -> None:
        """A destroyed record takes with it what was typed about it and not sent."""
        from frontdoor.drafts.actions import throw_away_of
        from frontdoor.people.disposal import throw_away

        if throw_away_of not in throw_away:
            throw_away.append(throw_away_of)
