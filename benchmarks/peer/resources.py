"""Two ways to set up the library: as its admin checks rows, and as fast as its documentation goes."""

from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

from benchmarks.columns import EXPORTED, FIELDS
from benchmarks.peer.models import LedgerRow, Person

TEXT = widgets.CharWidget(coerce_to_string=True, allow_blank=True)


def columns(names: dict[str, str]) -> dict[str, fields.Field]:
    return {name: fields.Field(attribute=name, column_name=label, widget=TEXT) for label, name in names.items()}


PersonResource = type("PersonResource", (resources.ModelResource,), columns(FIELDS))
LedgerColumns = type("LedgerColumns", (resources.ModelResource,), columns(EXPORTED))


class CheckedResource(PersonResource):
    """Validates every row; what the admin shows before the confirm button."""

    class Meta:
        model = Person
        fields = tuple(FIELDS.values())
        import_id_fields = ("id_number",)
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_diff = True


class BlindResource(PersonResource):
    """Bulk inserts, no validation, no look-up of known people: the fastest documented settings."""

    class Meta:
        model = Person
        fields = tuple(FIELDS.values())
        import_id_fields = ("id_number",)
        use_bulk = True
        batch_size = 1000
        force_init_instance = True
        skip_diff = True


class LedgerResource(LedgerColumns):
    """Writes the ledger of the portal's columns."""

    class Meta:
        model = LedgerRow
        fields = tuple(EXPORTED.values())
