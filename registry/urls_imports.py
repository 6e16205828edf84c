"""Doors of the import; included below registry/imports/."""

from django.urls import path

from registry.views import import_rows, imports

urlpatterns = [
    path("", imports.batch_list, name="imports"),
    path("new/", imports.batch_new, name="import-new"),
    path("export/", imports.batches_export, name="imports-export"),
    path("template/", imports.template_download, name="import-template"),
    path("<int:pk>/", imports.batch_detail, name="import-detail"),
    path("<int:pk>/columns/", imports.columns, name="import-columns"),
    path("<int:pk>/names/", imports.names, name="import-names"),
    path("<int:pk>/check/", imports.check, name="import-check"),
    path("<int:pk>/commit/", imports.commit, name="import-commit"),
    path("<int:pk>/undo/", imports.undo, name="import-undo"),
    path("<int:pk>/close/", imports.close, name="import-close"),
    path("<int:pk>/abandon/", imports.abandon, name="import-abandon"),
    path("<int:pk>/errors/", import_rows.errors_download, name="import-errors"),
    path("<int:pk>/fixes/", import_rows.fixes_upload, name="import-fixes"),
    path("<int:pk>/rows/<int:row>/", import_rows.row_fix, name="import-row"),
    path("<int:pk>/rows/<int:row>/merge/", import_rows.row_merge, name="import-row-merge"),
]
