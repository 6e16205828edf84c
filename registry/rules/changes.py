"""Change requests: what each kind changes, who must look at it, and what it needs. Pure."""

from typing import NamedTuple


class Kind(NamedTuple):
    """
    One kind of request.

    target:   whose columns change: person, service, identity, or none for a deed on the dossier as a whole.
    fields:   the columns, in the order of the form.
    evidence: whether a paper must be named.
    """

    target: str
    fields: tuple[str, ...]
    evidence: bool = False


KINDS = {
    "NAME": Kind("person", ("name",)),
    "ID_NUMBER": Kind("person", ("id_number",), evidence=True),
    "BORN": Kind("person", ("born",)),
    "HUKOU_TYPE": Kind("person", ("hukou_type",)),
    "SERVICE_DATES": Kind("service", ("enlisted", "discharged")),
    "CONSCRIPT_YEARS": Kind("identity", ("conscript_years",)),
    "IDENTITY_CONFIRM": Kind("identity", (), evidence=True),
    "IDENTITY_CHANGE": Kind(
        "identity",
        ("started", "injury_nature", "injury_grade", "certificate_no", "fallen_id", "relation"),
        evidence=True,
    ),
    "RESTORE": Kind("", (), evidence=True),
    "CANCEL": Kind("", ()),
    "DEATH_CORRECT": Kind("person", ("died",)),
}
# Facts that money hangs on; what was approved is what was seen, so a confirmation remembers them all.
LOCKED_OF_PERSON = ("name", "id_number", "born", "hukou_type")
# locked column of the dossier → kind of request that changes it
KIND_OF_FIELD = {"name": "NAME", "id_number": "ID_NUMBER", "born": "BORN", "hukou_type": "HUKOU_TYPE",
                 "enlisted": "SERVICE_DATES", "discharged": "SERVICE_DATES", "conscript_years": "CONSCRIPT_YEARS"}  # fmt: skip
# state → deed → state
STEPS = {
    "approve": ("PROPOSED", "APPROVED"),
    "return": ("PROPOSED", "RETURNED"),
    "withdraw": ("PROPOSED RETURNED", "WITHDRAWN"),
    "resubmit": ("RETURNED", "PROPOSED"),
}


def may_step(deed: str, state: str) -> bool:
    return state in STEPS[deed][0].split()
