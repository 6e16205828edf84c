from django.contrib import admin
from import_export.admin import ImportExportModelAdmin

from benchmarks.peer.models import Person
from benchmarks.peer.resources import CheckedResource


@admin.register(Person)
class PersonAdmin(ImportExportModelAdmin):
    resource_classes = [CheckedResource]
    list_display = ("name", "sex", "born", "id_number", "category", "station", "phone")
    list_filter = ("category",)
    search_fields = ("name", "id_number", "phone")
