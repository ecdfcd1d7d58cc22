"""Splink's own defaults on a table of people: run in an environment of its own, with nothing of the product.

    python splink_defaults.py PEOPLE.csv PAIRS.csv

PEOPLE.csv has the columns of ``COLUMNS``, empty where nothing is known. PAIRS.csv gets left, right and probability of
every pair of the two systems that Splink gives more than one chance in a thousand.
"""

import csv
import sys
from pathlib import Path

import duckdb
import splink.comparison_library as comparisons
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

COLUMNS = ("unique_id", "system", "first_name", "surname", "dob", "postcode", "nhs", "upn", "sex")


def score(people: Path) -> list[tuple[str, str, float]]:
    """Estimate as Splink's tutorial does (u by sampling, m by two runs of EM) and score all blocked pairs."""
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(
        "CREATE TABLE people AS SELECT * REPLACE (" + ", ".join(f"nullif({c}, '') AS {c}" for c in COLUMNS) + ")"
        f" FROM read_csv('{people}', all_varchar = true, header = true)"
    )
    database = DuckDBAPI(connection)
    tables = []
    for (system,) in connection.execute("SELECT DISTINCT system FROM people ORDER BY 1").fetchall():
        connection.execute(
            f"CREATE TABLE t_{system} AS SELECT * EXCLUDE (system) FROM people WHERE system = '{system}'"
        )
        tables.append(database.register(f"t_{system}", dataset_display_name=system))
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.ForenameSurnameComparison("first_name", "surname"),
            comparisons.DateOfBirthComparison("dob", input_is_string=True),
            comparisons.PostcodeComparison("postcode"),
            comparisons.ExactMatch("nhs"),
            comparisons.ExactMatch("upn"),
            comparisons.ExactMatch("sex"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("nhs"),
            block_on("upn"),
            block_on("first_name", "surname"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode", "dob"),
            block_on("postcode", "first_name"),
            block_on("postcode", "surname"),
            "l.first_name = r.surname and l.surname = r.first_name",
        ],
    )
    linker = Linker(tables, settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(
        [block_on("nhs"), block_on("upn"), block_on("first_name", "surname", "dob")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (block_on("dob"), block_on("first_name", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)
    found = linker.inference.predict(threshold_match_probability=0.001)
    name = found.physical_name
    return [
        (str(left), str(right), float(probability))
        for left, right, probability in connection.execute(
            f"SELECT unique_id_l, unique_id_r, match_probability FROM {name} ORDER BY 3 DESC, 1, 2"
        ).fetchall()
    ]


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(score(Path(sys.argv[1])))
