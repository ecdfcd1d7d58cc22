"""How well the linkage of people and of events does on an extract that comes with its answers.

    python3 dev.py bench linkage FOLDER [--splink] [--threshold P] [--processes N] [--show N]

FOLDER holds both systems' extracts and their answers; ``--splink`` puts the same people to Splink's own defaults and
prints both (it is installed for this alone, beside the product).
Reads the extract with a tolerant reader of its own, few lines long, so that it measures the linkage and nothing else.
"""

import argparse
import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from frontdoor.exchange.legacy.events import ContactOfChild, EpisodeOfChild, same_events
from frontdoor.people.identifiers import nhs_ok, upn_ok
from frontdoor.people.matching.linkage import FLOOR, Linked, Sketch, link
from tests.bench import ceiling, fairness, rival

FORMER_ETHNICITY = """
A1=WBRI A2=WIRI A3=WOTH A4=WIRT A5=WROM B1=MWBC B2=MWBA B3=MWAS B4=MOTH C1=AIND C2=APKN C3=ABAN C4=AOTH D1=BCRB D2=BAFR
D3=BOTH E1=CHNE E2=OOTH E3=REFU E4=NOBT
"""
FORMER = dict(pair.split("=") for pair in FORMER_ETHNICITY.split())


def rows(path: Path, encoding: str = "utf-8", separator: str = ",") -> list[dict[str, str]]:
    """The rows of a file that have the right number of values; nothing where there is no such file."""
    if not path.exists():
        return []
    text = path.read_text(encoding, errors="replace").replace("\0", "")
    return [
        {k: v.replace("\xa0", " ").strip() for k, v in row.items()}
        for row in csv.DictReader(text.splitlines(keepends=True), delimiter=separator)
        if None not in row and None not in row.values()
    ]


def day(text: str) -> date | None:
    """A date in either system's form."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def sketches(folder: Path) -> list[Sketch]:
    """The people of both systems."""
    meanings = {
        (r["system"], r["value"]): r["code"]
        for r in rows(folder / "truth_values.csv")
        if r["column"] in ("ethnicity", "ETHNIC")
    }

    def ethnicity(system: str, value: str) -> str:
        code = FORMER.get(value, meanings.get((system, value), value))
        return code if len(code) == 4 else ""

    found: dict[str, Sketch] = {}
    names, kin = {}, defaultdict(set)
    people = rows(folder / "carecase_people.csv")
    for r in people:
        names[r["person_id"]] = f"{r['forename']} {r['surname']}".strip()
    for r in rows(folder / "carecase_relationships.csv"):
        one, other = r["person_id"], r["related_person_id"]
        if one in names and other in names and one != other:
            kin[one].add(names[other])
            kin[other].add(names[one])
    for r in people:
        key = r["person_id"]
        found[key] = Sketch(
            key=key,
            system="carecase",
            given=r["forename"],
            middle=r["middle_names"],
            family=r["surname"],
            known_as=r["alias"],
            former_family=r["former_surname"],
            born=day(r["dob"]),
            born_is_estimated=r["dob_status"] == "E",
            expected=day(r["expected_dob"]),
            sex={"1": "M", "2": "F"}.get(r["gender"], r["gender"]),
            nhs=r["nhs_no"].replace(" ", ""),
            nhs_ok=nhs_ok(r["nhs_no"].replace(" ", "")),
            upns=tuple(u for u in (r["upn"],) if upn_ok(u)),
            address=r["address"],
            postcode=r["postcode"],
            carer=r["carer_name"],
            telephone=r["telephone"],
            ethnicity=ethnicity("CareCase", r["ethnicity"]),
            relatives=tuple(sorted(kin[key])),
        )
    for r in rows(folder / "firstcall_people.csv", "cp1252", ";"):
        unborn = r["FORENAME"].lower() in ("unborn", "baby", "ubb")
        found[r["CLIENT_NO"]] = Sketch(
            key=r["CLIENT_NO"],
            system="firstcall",
            given=r["FORENAME"],
            middle=r["MIDDLE"],
            family=r["SURNAME"],
            known_as=r["KNOWN_AS"],
            former_family=r["FORMER_SURNAME"],
            born=None if unborn else day(r["DOB"]),
            born_is_estimated=r["DOB_EST"] == "Y",
            expected=day(r["DOB"]) if unborn else None,
            sex={"1": "M", "2": "F"}.get(r["SEX"], ""),
            nhs=r["NHS"],
            nhs_ok=nhs_ok(r["NHS"]),
            upns=tuple(u for u in (r["UPN"], r["FORMER_UPN"]) if upn_ok(u)),
            address=", ".join(x for x in (r["ADDR1"], r["ADDR2"], r["TOWN"]) if x),
            postcode=r["PCODE"],
            carer=r["CARER"],
            telephone=r["CARER_TEL"],
            school=r["SCHOOL"],
            ethnicity=ethnicity("FirstCall", r["ETHNIC"]),
        )
    return list(found.values())


def figures(hit: int, said: int, true: int) -> str:
    """Precision, recall and F1 in one line."""
    precision, recall = hit / max(said, 1), hit / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}  ({hit} of {said} said, {true} true)"


Pairs = set[tuple[str, str]]


def f1(said: Pairs, true: Pairs) -> float:
    """The harmonic mean of precision and recall."""
    return 2 * len(said & true) / max(len(said) + len(true), 1)


def truth_of(folder: Path, known: Iterable[str]) -> Pairs:
    """The true pairs across the systems and within each, of the records there are."""
    keys = set(known)
    found = {tuple(sorted((r["person_id"], r["client_no"]))) for r in rows(folder / "truth_people.csv")}
    for name in ("carecase", "firstcall"):
        found |= {tuple(sorted(r.values())) for r in rows(folder / f"within_{name}.csv")}
    return {(one, other) for one, other in found if one in keys and other in keys}


def people(folder: Path, processes: int, show: int, with_splink: bool, automatic_from: float | None = None) -> Linked:
    """Link the people and print how well, beside Splink's own defaults if asked for."""
    given = sketches(folder)
    system = {s.key: s.system for s in given}
    started = time.perf_counter()
    linked = link(given, processes=processes, automatic=automatic_from, floor=min(automatic_from or FLOOR, FLOOR))
    took = time.perf_counter() - started
    print(
        f"{len(given)} records, {linked.compared} pairs compared in {took:.1f} s: {linked.compared / took:.0f} a second"
    )
    said_share(linked)
    truth = truth_of(folder, system)
    automatic = {(a, b) for c in linked.clusters for a in c for b in c if a < b}
    review = {(p.left, p.right) for p in linked.review} - automatic

    def crossing(pairs: Pairs) -> Pairs:
        return {p for p in pairs if system[p[0]] != system[p[1]]}

    for title, chosen in (("across", crossing), ("all", set)):
        t, auto, rev = chosen(truth), chosen(automatic), chosen(review)
        print(f"{title:7} automatic             ", figures(len(auto & t), len(auto), len(t)))
        print(f"{title:7} automatic and review  ", figures(len((auto | rev) & t), len(auto) + len(rev & t), len(t)))
    scored: rival.Scored = []
    theirs: Pairs = set()
    if with_splink:
        scored = rival.splink(given)
        t = crossing(truth)
        threshold, theirs = rival.best(scored, t)
        print("across  Splink, best F1       ", figures(len(theirs & t), len(theirs), len(t)), f"at {threshold:.6f}")
        sure = {(a, b) for a, b, p in scored if p >= 0.999}
        print("across  Splink, 0.999 and over", figures(len(sure & t), len(sure), len(t)))
        ours = crossing(automatic) | crossing(review & truth)
        print(f"F1 of automatic and confirmed review {f1(ours, t):.4f}, Splink's best {f1(theirs, t):.4f}")
    print(f"review queue: {len(review)} pairs, {len(review) / len(given):.1%} of records, {len(review & truth)} true")
    print("  doubts:", dict(Counter(d for p in linked.review for d in p.doubts)))
    confused = {tuple(sorted((r["person_id"], r["client_no"]))): r["kind"] for r in rows(folder / "confusers.csv")}
    for title, said in (("linked", automatic), ("for review", review), ("Splink links", theirs)):
        print(f"confusers, {title}:", dict(Counter(confused[p] for p in said if p in confused)))
    print("confusers there are:", dict(Counter(confused.values())))
    by_tag(folder, crossing(automatic), crossing(review), theirs, with_splink=with_splink)
    print("\n" + "\n".join(ceiling.table(given, crossing(truth), crossing(automatic))))
    if show:
        show_pairs(given, linked, truth, automatic, show)
    return linked


def said_share(linked: Linked) -> None:
    """What the estimation found of this extract: partners, the threshold, and the errors it expects."""
    partners, sure = linked.partners, len(linked.automatic)
    print(f"partners of a record: {partners.across:.3f} in the other system, {partners.within:.3f} in its own")
    print(f"linked from {linked.threshold:g}; expected wrong {linked.expected_wrong:.1f} of {sure}")


def by_tag(folder: Path, automatic: Pairs, review: Pairs, theirs: Pairs, *, with_splink: bool) -> None:
    """By kind of difficulty and by community: of the true pairs that have it, how many are found."""
    tags: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    group: dict[tuple[str, str], str] = {}
    for r in rows(folder / "truth_people_detail.csv"):
        one, other = sorted((r["person_id"], r["client_no"]))
        group[one, other] = r["group"]
        for tag in r["tags"].split() or ["(none)"]:
            tags[tag].append((one, other))
    print()
    tables = fairness.table("recall by difficulty", tags, automatic, review, theirs if with_splink else None)
    print("\n".join([*tables, "", *fairness.communities(group, automatic, review)]))


def show_pairs(given: list[Sketch], linked: Linked, truth: Pairs, automatic: Pairs, most: int) -> None:
    """Pairs decided wrongly, missed and asked about, with the evidence."""
    by_key = {s.key: s for s in given}
    weights = {(p.left, p.right): p for p in linked.pairs}
    review = {(p.left, p.right) for p in linked.review}

    def line(key: str) -> str:
        s = by_key[key]
        return " | ".join(
            str(v) for v in (key, s.given, s.middle, s.family, s.known_as, s.former_family, s.born, s.born_is_estimated,
            s.expected, s.sex, s.nhs, s.upns, s.address, s.postcode, s.carer, s.telephone, s.ethnicity) if v
        )  # fmt: skip

    for kind, pairs in (
        ("WRONG", automatic - truth),
        ("MISSED", truth - automatic - review),
        ("ASKED", review - truth),
        ("ASKED TRUE", review & truth),
    ):
        for pair in sorted(pairs)[:most]:
            print(kind, line(pair[0]), "\n      ", line(pair[1]))
            if found := weights.get(pair):
                print("      ", found.weight, found.probability, found.reasons, found.doubts)


def events(folder: Path, linked: Linked | None = None) -> None:
    """Match contacts and episodes and print how well; people as in the answers, or as linked."""
    meaning = {(r["system"], r["column"], r["value"]): r["code"] for r in rows(folder / "truth_values.csv")}
    person: dict[str, str] = {}
    groups: list[tuple[str, ...]] = [(r["person_id"], r["client_no"]) for r in rows(folder / "truth_people.csv")]
    if linked is not None:
        groups = [tuple(c) for c in linked.clusters]
    else:
        groups += [tuple(r.values()) for n in ("carecase", "firstcall") for r in rows(folder / f"within_{n}.csv")]
    for group in groups:
        ends = {person.get(k, k) for k in group}
        best = min(ends)
        for key in [k for k, v in person.items() if v in ends] + list(group):
            person[key] = best

    def code(system: str, column: str, value: str) -> str:
        return meaning.get((system, column, value), value if len(value) < 4 else "")

    contacts = {r["CONTACT_NO"]: r for r in rows(folder / "firstcall_contacts.csv", "cp1252", ";")}
    sides = []
    for r in rows(folder / "firstcall_contact_children.csv", "cp1252", ";"):
        c = contacts.get(r["CONTACT_NO"])
        when = day(c["RECEIVED"]) if c else None
        if c and when:
            sides.append(
                ContactOfChild(
                    contact_no=r["CONTACT_NO"],
                    client_no=r["CLIENT_NO"],
                    person=person.get(r["CLIENT_NO"], r["CLIENT_NO"]),
                    received=datetime(when.year, when.month, when.day),  # noqa: DTZ001
                    is_passed=bool(c["PASSED_TO_DUTY"]),
                    outcome=code("FirstCall", "OUTCOME", c["OUTCOME"]),
                    source=code("FirstCall", "SOURCE", c["SOURCE"]),
                    need=code("FirstCall", "REASON", c["REASON"]),
                )
            )
    episodes = [
        EpisodeOfChild(
            episode_id=r["episode_id"],
            person_id=r["person_id"],
            person=person.get(r["person_id"], r["person_id"]),
            referral_date=referred,
            source=code("CareCase", "referral_source", r["referral_source"]),
            need=code("CareCase", "primary_need", r["primary_need"]),
        )
        for r in rows(folder / "carecase_episodes.csv")
        if (referred := day(r["referral_date"]))
    ]
    found = same_events(sides, episodes)
    truth = {(r["contact_no"], r["episode_id"]) for r in rows(folder / "truth_events.csv")}
    for title, chosen in (("certain", [f for f in found if f.is_certain]), ("all", found)):
        said = {(f.contact_no, f.episode_id) for f in chosen}
        print(f"events {title:8}", figures(len(said & truth), len(said), len(truth)))
    wrong = Counter((f.days, f.score, f.reasons) for f in found if (f.contact_no, f.episode_id) not in truth)
    for what, count in wrong.most_common(12):
        print("  wrong:", count, what)


def main() -> None:
    """Run on the folder given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--splink", action="store_true", help="compare with Splink's own defaults")
    parser.add_argument("--threshold", type=float, help="link from no lower probability, whatever the data say")
    arguments = parser.parse_args()
    if not (arguments.folder / "truth_people.csv").exists():
        parser.error(f"{arguments.folder} holds no truth_people.csv: the answers are needed to measure anything.")
    linked = people(arguments.folder, arguments.processes, arguments.show, arguments.splink, arguments.threshold)
    print("With the people of the answers:")
    events(arguments.folder)
    print("With the people as linked:")
    events(arguments.folder, linked)


if __name__ == "__main__":
    main()
