"""The levels at which two records agree, field by field, and how likely each is. Tables only. Pure.

The chances are general knowledge of such records, and starting values: see :mod:`frontdoor.people.linkage`.
"""

from math import log2

# Levels. For each field: (name, m, u, r) — the chance of the level among pairs of one person, among strangers, and
# among two people of one household. u is a floor where the data's own frequency of the value is used.

GIVEN = (
    ("exact", 0.78, 0.0, 0.004),
    ("known", 0.03, 0.0, 0.002),
    ("variant", 0.05, 0.0012, 0.002),
    ("fuzzy", 0.06, 0.0015, 0.012),
    ("part", 0.02, 0.002, 0.01),
    ("middle", 0.03, 0.001, 0.02),
    ("initial", 0.01, 0.06, 0.06),
    ("different", 0.015, 0.93, 0.88),
    ("missing", 1.0, 1.0, 1.0),
)
FAMILY = (
    ("exact", 0.78, 0.0, 0.62),
    ("former", 0.03, 0.0, 0.03),
    ("variant", 0.04, 0.0012, 0.03),
    ("fuzzy", 0.06, 0.0015, 0.04),
    ("part", 0.05, 0.002, 0.07),
    ("other", 0.015, 0.002, 0.03),
    ("carer", 0.012, 0.003, 0.04),
    ("different", 0.025, 0.97, 0.15),
    ("missing", 1.0, 1.0, 1.0),
    ("initial", 0.01, 0.06, 0.05),
)
ORDER = (("straight", 0.94, 1.0, 0.94), ("swapped", 0.06, 1.0, 0.06))
MIDDLE = (
    ("exact", 0.55, 0.0, 0.04),
    ("initial", 0.25, 0.07, 0.09),
    ("like", 0.08, 0.004, 0.02),
    ("different", 0.12, 0.9, 0.85),
    ("missing", 1.0, 1.0, 1.0),
)
BIRTH = (
    ("exact", 0.87, 0.0, 0.015),
    ("swapped", 0.01, 6e-5, 5e-5),
    ("close", 0.025, 6e-4, 6e-4),
    ("month_same", 0.005, 0.004, 0.003),
    ("month_off", 0.015, 0.0016, 0.0016),
    ("year_off", 0.03, 3e-4, 6e-4),
    ("years_off", 0.004, 0.0024, 0.003),
    ("estimated_year", 0.75, 0.055, 0.06),
    ("estimated_near", 0.17, 0.11, 0.2),
    ("unborn_child", 0.33, 0.022, 0.027),
    ("different", 0.003, 0.93, 0.97),
    ("missing", 1.0, 1.0, 1.0),
    ("estimated_far", 0.06, 0.83, 0.74),
    ("unborn_both", 0.38, 0.19, 0.056),
    ("first_of_january", 0.006, 0.0015, 0.002),
    ("unborn_far", 0.01, 0.9, 0.95),
    # No mother bears two children within weeks, but twins; where both are on record each is the other's rival.
    ("unborn_child_near", 0.6, 0.008, 0.003),
    ("unborn_both_near", 0.55, 0.06, 0.004),
    # An estimate on the 15th, or on the 1st of another month than January, says which month was meant.
    ("estimated_month", 0.75, 0.005, 0.004),
    ("first_or_fifteenth", 0.004, 7e-4, 7e-4),
)
SEX = (("same", 0.988, 0.5, 0.5), ("different", 0.012, 0.5, 0.5), ("missing", 1.0, 1.0, 1.0))
NHS = (
    ("same", 0.97, 1e-5, 0.002),
    ("near", 0.6, 1e-4, 0.01),
    ("different", 0.02, 1.0, 0.998),
    ("missing", 1.0, 1.0, 1.0),
)
# "Together": given out by one school in one year, with another serial, as to twins on one day.
UPN = (
    ("same", 0.93, 1e-5, 0.002),
    ("different", 0.07, 1.0, 0.998),
    ("missing", 1.0, 1.0, 1.0),
    ("together", 0.002, 0.003, 0.2),
)
HOUSEHOLD = (
    ("strong", 0.6, 0.002, 0.55),
    ("one", 0.17, 0.003, 0.15),
    ("weak", 0.1, 0.008, 0.12),
    ("different", 0.13, 0.985, 0.18),
    ("missing", 1.0, 1.0, 1.0),
)
SCHOOL = (("same", 0.6, 0.02, 0.45), ("different", 0.4, 0.97, 0.55), ("missing", 1.0, 1.0, 1.0))
ETHNICITY = (("same", 0.86, 0.0, 0.8), ("different", 0.14, 0.75, 0.2), ("missing", 1.0, 1.0, 1.0))

FIELDS = (GIVEN, FAMILY, ORDER, MIDDLE, BIRTH, SEX, NHS, UPN, HOUSEHOLD, SCHOOL, ETHNICITY)
# Fields whose m is estimated, and the levels that share one distribution.
LEARNT = (
    (0, (0, 1, 2, 3, 4, 5, 6, 7)),
    (1, (0, 1, 2, 3, 4, 5, 6, 7, 9)),
    (2, (0, 1)),
    (3, (0, 1, 2, 3)),
    (4, (0, 1, 2, 3, 4, 5, 6, 10, 14, 19)),
    (5, (0, 1)),
    (7, (0, 1)),
    (8, (0, 1, 2, 3)),
    (10, (0, 1)),
)

G_EXACT, G_KNOWN, G_VARIANT, G_FUZZY, G_PART, G_MIDDLE, G_INITIAL, G_DIFFERENT, G_MISSING = range(9)
F_EXACT, F_FORMER, F_VARIANT, F_FUZZY, F_PART, F_OTHER, F_CARER, F_DIFFERENT, F_MISSING, F_INITIAL = range(10)
(
    B_EXACT,
    B_SWAPPED,
    B_CLOSE,
    B_MONTH_SAME,
    B_MONTH_OFF,
    B_YEAR_OFF,
    B_YEARS_OFF,
    B_EST_YEAR,
    B_EST_NEAR,
    B_UNBORN_CHILD,
    B_DIFFERENT,
    B_MISSING,
    B_EST_FAR,
    B_UNBORN_BOTH,
    B_JANUARY,
    B_UNBORN_FAR,
    B_UNBORN_CHILD_NEAR,
    B_UNBORN_BOTH_NEAR,
    B_EST_MONTH,
    B_ROUND,
) = range(20)

UPN_SAME, UPN_DIFFERENT, UPN_MISSING, UPN_TOGETHER = range(4)

H_STRONG, H_ONE, H_WEAK, H_DIFFERENT, H_MISSING = range(5)

# Words of two names: how they agree. The first six stand in this order in GIVEN and FAMILY through the maps below.
W_EXACT, W_VARIANT, W_FUZZY, W_PART, W_INITIAL, W_DIFFERENT, W_MISSING = range(7)
TO_GIVEN = (G_EXACT, G_VARIANT, G_FUZZY, G_PART, G_INITIAL, G_DIFFERENT, G_MISSING)
TO_FAMILY = (F_EXACT, F_VARIANT, F_FUZZY, F_PART, F_INITIAL, F_DIFFERENT, F_MISSING)

M_LOG = tuple(tuple(log2(m) for _, m, _, _ in f) for f in FIELDS)
U_LOG = tuple(tuple(log2(u) if u else 0.0 for _, _, u, _ in f) for f in FIELDS)
R_LOG = tuple(tuple(log2(r) for _, _, _, r in f) for f in FIELDS)


# What each level says to a reader; "" where it says nothing.
SENTENCES: tuple[tuple[str, ...], ...] = (
    (
        "The same first name",
        "The first name of one is what the other is known as",
        "First names that are forms of one name",
        "First names spelt nearly alike",
        "Part of the first name is the same",
        "The first name of one is a middle name of the other",
        "The first name agrees with an initial",
        "Different first names",
        "",
    ),
    (
        "The same family name",
        "The family name of one is a former name of the other",
        "Family names that are forms of one name",
        "Family names spelt nearly alike",
        "Part of the family name is the same",
        "The family name of one is a middle name of the other",
        "The family name of one is that of the other’s carer or relative",
        "Different family names",
        "",
        "The family name agrees with an initial",
    ),
    ("", "Names in a different order"),
    (
        "The same middle name",
        "The middle name agrees with an initial",
        "Middle names alike",
        "Different middle names",
        "",
    ),
    (
        "The same date of birth",
        "The date of birth with day and month exchanged",
        "Dates of birth that differ by a slip",
        "Born within days or in the same month",
        "Dates of birth that differ in the month only",
        "Dates of birth that differ by one year or by ten",
        "Dates of birth that differ in the year only",
        "Born in the same year, as far as the estimated date says",
        "Born about the same year, as far as the estimated date says",
        "Born about when the unborn child was expected",
        "Different dates of birth",
        "",
        "An estimated date of birth far from the other",
        "Unborn children expected about the same time",
        "Born in the same year, one on 1 January",
        "Not born when the unborn child was expected",
        "Born within three weeks of when the unborn child was expected",
        "Unborn children expected within a fortnight of each other",
        "Born in the same month, as far as the estimated date says",
        "Born in the same month, one on the 1st or the 15th",
    ),
    ("The same sex", "Different sexes", ""),
    ("The same NHS number", "NHS numbers that differ by a slip", "Different NHS numbers", ""),
    (
        "The same unique pupil number",
        "Different unique pupil numbers",
        "",
        "Unique pupil numbers given out by one school in one year, one after the other as to two children",
    ),
    (
        "The same household: address, telephone or carer agree",
        "The same address or telephone number",
        "The same postcode or carer",
        "Different households",
        "",
    ),
    ("The same school", "Different schools", ""),
    ("The same ethnicity", "Different ethnicities", ""),
)
