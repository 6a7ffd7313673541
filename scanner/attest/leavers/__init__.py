"""The leavers list: people who left, as human resources hand it in, as it is kept, and as checks see it."""

from scanner.attest.leavers.document import document_of, leavers_of, people_in
from scanner.attest.leavers.files import read_people
from scanner.attest.leavers.people import FIELDS, Person
from scanner.attest.leavers.written import as_csv, as_yaml

__all__ = ["FIELDS", "Person", "as_csv", "as_yaml", "document_of", "leavers_of", "people_in", "read_people"]
