from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "frontdoor.figures"
    label = "figures"
    verbose_name = "Figures"

    def ready(self) -> None:
        """Give the pages below us the figures that they show."""
        from frontdoor.figures.ended_together import outturn
        from referrals import hooks

        if outturn not in hooks.outturn_of_ended_together:
            hooks.outturn_of_ended_together.append(outturn)
