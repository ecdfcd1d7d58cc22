#!/bin/sh
# python-calamine 0.9.1 reads an error of a formula (#N/A, #REF!, #DIV/0!) as an empty cell: "" like one never filled.
#
# Councils put extracts of an old case system together in a spreadsheet: the date of birth or the family's number is
# looked up from another sheet, and where the lookup finds nobody the cell holds #N/A. The workbook keeps that as a cell
# of its own type (t="e"). openpyxl 3.1.5 gives its text, "#N/A"; python-calamine gives "" and nothing to tell it by.
#
# A good guess is that a cell which could not be worked out shows: as its text, as None, or by an exception. It does not.
# The row passes every check, the child's date of birth counts as "nothing recorded", and in a system that lets a newer
# extract correct an older one a value that was right can be taken away by a lookup that failed.
# What holds: look for cells of type "e" in the sheet's own XML, report each with its row, and treat it as unusable,
# which is something else than empty.
#
# Seen on 30 November 2026 with python-calamine 0.9.1, XlsxWriter 3.3.1 and openpyxl 3.1.5: as printed below.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check python-calamine==0.9.1 XlsxWriter==3.3.1 openpyxl==3.1.5
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import openpyxl
import xlsxwriter
from python_calamine import CalamineWorkbook

ERRORS = ["#N/A", "#REF!", "#DIV/0!"]
out = io.BytesIO()
book = xlsxwriter.Workbook(out, {"in_memory": True})
sheet = book.add_worksheet()
for column, error in enumerate(ERRORS):
    sheet.write_formula(0, column, "=NA()", None, error)  # the value a spreadsheet keeps beside the formula
sheet.write_string(0, len(ERRORS) + 1, "00210001")  # with a cell never filled before it
book.close()

calamine = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue())).get_sheet_by_index(0).to_python()[0]
other = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(out.getvalue()), data_only=True).active[1]]
print("python-calamine:", calamine)
print("openpyxl:", other)
expected = (["", "", "", "", "00210001"], [*ERRORS, None, "00210001"])
sys.exit(0 if (calamine, other) == expected else "One of them no longer behaves like this: read this finding again.")
PYTHON
