"""Links between records of one person, and the pairs that somebody should look at, as files."""

import csv
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from esnaf.tablefile import FORMATS, write_table
from features.errors import UsageError

if TYPE_CHECKING:
    from training.matching.matching import Matches
    from training.matching.records import Records

LINKS = pa.schema(
    {
        "customer_id": pa.string(),
        "kind": pa.string(),  # always customer_id
        "value": pa.string(),  # the id of the same person's other record
        "probability": pa.float64(),
    }
)


def write_links(file: Path, records: "Records", found: "Matches", threshold: float) -> int:
    """Write the pairs from a probability on, as rows of an identities table; returns how many.

    UsageError where the file cannot be written.
    """
    sure = found.probability >= threshold
    one, other = ([records.ids[row] for row in rows[sure].tolist()] for rows in (found.one, found.other))
    columns = [one, ["customer_id"] * len(one), other, found.probability[sure].tolist()]
    table = pa.table([pa.array(c, t) for c, t in zip(columns, LINKS.types, strict=True)], schema=LINKS)
    return write_table(file, LINKS, [table], FORMATS)


def write_review(file: Path, records: "Records", found: "Matches", threshold: float) -> int:
    """Write the pairs below a probability as CSV, the likeliest first: two rows a pair, one for each record, with all
    that they say, and an empty column `same` for the verdict. Returns how many pairs.

    Only the owner may read the file: people stand in it in clear. UsageError where it cannot be written.
    """
    columns, pairs = [str(name) for name in records.table.columns], 0
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", newline="", encoding="utf-8") as output:
            writer = csv.writer(output)
            writer.writerow(["pair", "probability", "same", "customer_id", *columns])
            for one, other, chance in zip(found.one, found.other, found.probability, strict=True):
                if chance < threshold:
                    pairs += 1
                    for row in (int(one), int(other)):
                        said = [value if isinstance(value, str) else "" for value in records.table.iloc[row]]
                        writer.writerow([pairs, f"{chance:.4f}", "", records.ids[row], *said])
    except OSError as error:
        raise UsageError(f"--review {file}: cannot be written ({error.strerror or error})") from error
    return pairs
