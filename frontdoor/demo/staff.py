"""The staff, teams, agencies and rota of the demonstration borough."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdoor.accounts.models import Agency, OnDuty, Team, User

PASSWORD = "front-door-demo"  # noqa: S105 (printed by the product itself, for invented people only)

#: User name, name, roles, team, telephone.
PEOPLE = (
    ("contact.officer", "Cora Officer", ["contact_officer"], "contact_centre", "01632 960101"),
    ("duty.manager", "Dora Manning", ["duty_manager"], "duty", "01632 960102"),
    ("social.worker", "Sol Werke", ["social_worker"], "assessment_a", "01632 960103"),
    ("social.worker2", "Wilma Ofori", ["social_worker"], "assessment_b", "01632 960104"),
    ("senior.practitioner", "Priya Seniour", ["senior_practitioner"], "assessment_a", "01632 960105"),
    ("team.manager", "Tess Leadbetter", ["team_manager"], "assessment_a", "01632 960106"),
    ("edt.worker", "Eddie Knight", ["edt_worker"], "edt", "01632 960107"),
    ("service.manager", "Sheila Service", ["service_manager"], "duty", "01632 960108"),
    ("quality.officer", "Quentin Audley", ["quality_officer"], "quality", "01632 960109"),
    ("performance.officer", "Perry Figgis", ["performance_officer"], "quality", "01632 960110"),
    ("dpo", "Dee Protheroe", ["data_protection_officer"], "quality", "01632 960111"),
    ("admin", "Ada Minns", ["administrator"], "quality", "01632 960112"),
)
TEAMS = (
    ("contact_centre", "Contact centre", "contact_centre", "duty.manager"),
    ("duty", "Duty team", "duty", "duty.manager"),
    ("assessment_a", "Assessment team A", "assessment", "team.manager"),
    ("assessment_b", "Assessment team B", "assessment", "team.manager"),
    ("edt", "Emergency duty team", "edt", "service.manager"),
    ("quality", "Quality and performance", "quality", "service.manager"),
)
AGENCIES = (
    ("police", "Exampleshire Police", "police", "6"),
    ("school", "Exampleton Schools Trust", "school", "2A"),
    ("health", "Exampleshire Community Health", "health", "3F"),
    ("immigration", "Exampleport Arrivals Unit", "immigration", "7"),
    ("charity", "Exampleton Family Charity", "charity", "8"),
)


@dataclass
class Staff:
    """Everybody and everything the stories need, by user name and code."""

    users: dict[str, User]
    teams: dict[str, Team]
    agencies: dict[str, Agency]

    def __getitem__(self, username: str) -> User:
        return self.users[username]


def hire(at: datetime) -> Staff:
    """Make the teams, the people with their sign-ins, the agencies and a rota around ``at``."""
    teams = {code: Team.objects.create(code=code, name=name, kind=kind) for code, name, kind, _ in TEAMS}
    users = {
        username: User.objects.create_user(
            username,
            name,
            PASSWORD,
            roles=roles,
            team=teams[team],
            telephone=telephone,
            email=f"{username}@council.example",
        )
        for username, name, roles, team, telephone in PEOPLE
    }
    for code, _, _, manager in TEAMS:
        teams[code].manager = users[manager]
        teams[code].save()
    agencies = {
        code: Agency.objects.create(code=code, name=name, kind=kind, default_source=source)
        for code, name, kind, source in AGENCIES
    }
    start = at - timedelta(days=1)
    for username, kind in (("duty.manager", "duty"), ("service.manager", "on_call"), ("edt.worker", "edt")):
        OnDuty.objects.create(user=users[username], kind=kind, from_at=start, to_at=at + timedelta(days=365))
    return Staff(users, teams, agencies)
