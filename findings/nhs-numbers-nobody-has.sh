#!/bin/sh
# NHS numbers of ten equal digits: python-stdnum 2.2 (stdnum.gb.nhs) calls all ten valid, nhs-number 2.2.0 nine of them.
#
# The check digit of an NHS number is reckoned modulo 11 (NHS Data Dictionary, "NHS number"). By that rule alone ten equal
# digits pass, all ten of them, and case systems, schools and police forces type them where a number is not known: mostly
# 0000000000 and 9999999999. Neither library sets them apart when asked whether a number is valid. nhs-number knows ranges
# ("for_region") but looks at one only unasked: 2222222222 would be a Scottish number, and 22.22.22 is no birth date.
# 4444444444, 6666666666 and 7777777777 lie in the ranges given out in England, so its ranges do not help either.
#
# A good guess is that a number called valid may be somebody's. Whoever takes it as evidence of who a child is joins every
# two children for whom somebody typed the same filler, and the file of one is read as the other's.
# What holds: ten equal digits are no number, whatever the check digit says; they speak neither for nor against anybody.
#
# Seen on 30 November 2026 with python-stdnum 2.2 and nhs-number 2.2.0: as printed below.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 nhs-number==2.2.0
"$work/venv/bin/python" - <<'PYTHON'
import sys

import nhs_number
from stdnum.gb import nhs

seen = {str(digit) * 10: (nhs.is_valid(str(digit) * 10), nhs_number.is_valid(str(digit) * 10)) for digit in range(10)}
for number, (stdnum_says, nhs_number_says) in seen.items():
    print(number, "stdnum:", stdnum_says, "nhs-number:", nhs_number_says)
# One digit off is refused by both: they do check.
wrong = (nhs.is_valid("9999999998"), nhs_number.is_valid("9999999998"))
print("9999999998", *wrong)
expected = {str(digit) * 10: (True, digit != 2) for digit in range(10)}
unchanged = seen == expected and wrong == (False, False)
sys.exit(0 if unchanged else "One of them no longer behaves like this: read this finding again.")
PYTHON
