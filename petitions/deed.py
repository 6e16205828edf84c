"""What a page of a deed is: the row of a table that the generic page reads."""

from collections.abc import Callable
from typing import NamedTuple

from petitions.actions.case import OF_ACCUSATIONS
from petitions.forms.base import CaseForm
from petitions.workflow import verb_of


class Deed(NamedTuple):
    """
    One page `petitions/<pk>/<address>/`.

    verb:   row of the workflow, from which the page takes label, states and permissions unless given here.
    act:    called with petition=, row_version=, by=, at= and the form's arguments.
    done:   what is said afterwards. button: the word on it, the label when empty.
    """

    verb: str
    form: type[CaseForm]
    act: Callable
    done: str
    label: str = ""
    button: str = ""
    sources: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.label or verb_of(self.verb).label

    @property
    def states(self) -> tuple[str, ...]:
        return self.sources or verb_of(self.verb).sources

    @property
    def permissions(self) -> tuple[str, ...]:
        return self.needs or verb_of(self.verb).needs

    def is_open_to(self, user, petition=None) -> bool:
        """Tell whether the role allows it; an accusation is seen only by the person named, whatever her role."""
        if petition is not None and petition.is_restricted:
            return self.verb in OF_ACCUSATIONS
        return not self.permissions or any(user.may(permission) for permission in self.permissions)
