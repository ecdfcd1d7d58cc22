#!/bin/sh
# python-stdnum 2.2 (stdnum.gb.upn) refuses genuine unique pupil numbers of six English councils.
#
# A unique pupil number is a check letter, the three digits of the council that gave it, then school, year and serial
# (Department for Education, "Unique pupil numbers"). The library holds a list of councils that ends in January 2011, and
# says InvalidComponent of every other. Councils made since then have numbers of their own: 838 Dorset,
# 839 Bournemouth, Christchurch and Poole, 940 North and 941 West Northamptonshire, 942 Cumberland,
# 943 Westmorland and Furness (Get Information about Schools, list of local authorities). The children's census takes
# 838 and 839, 940 and 941 by its rule 1530.
#
# A good guess is that a number which the library refuses was typed wrongly. Here it was typed rightly: a child of one of
# these six councils would go without the one number by which school and social care can be joined.
# What holds: the check letter. What the council's digits say is a hint, never a reason to refuse.
#
# Seen on 30 November 2026 with python-stdnum 2.2: the six below are refused, the same number under 801 is taken.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2
"$work/venv/bin/python" - <<'PYTHON'
import sys

from stdnum.exceptions import InvalidComponent
from stdnum.gb import upn

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def with_letter(digits):
    """The check letter as the Department for Education reckons it: each digit times its place, from 2, modulo 23."""
    return LETTERS[sum(place * int(digit) for place, digit in enumerate(digits, 2)) % 23] + digits


def answer(number):
    try:
        upn.validate(number)
    except InvalidComponent:
        return "InvalidComponent"
    return "taken"


expected = {"801": "taken", **dict.fromkeys(["838", "839", "940", "941", "942", "943"], "InvalidComponent")}
seen = {council: answer(with_letter(council + "200018001")) for council in expected}
for council, said in seen.items():
    print(council, with_letter(council + "200018001"), said)
sys.exit(0 if seen == expected else "python-stdnum no longer behaves like this: read this finding again.")
PYTHON
