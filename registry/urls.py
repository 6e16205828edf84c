"""Doors of the registry. No ID number, name or phone stands in an address; 档案号 may."""

from django.urls import include, path, register_converter

from registry.views import dossier, edits, exports, households, people, register


class RefConverter:
    """档案号."""

    regex = r"DA\d{10}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(RefConverter, "ref")

app_name = "registry"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/search/", people.people_search, name="people-search"),
    path("people/duplicate-check/", people.duplicate_check, name="duplicate-check"),
    path("people/placement/", people.people_placement, name="people-placement"),
    path("people/new/", register.person_new, name="person-new"),
    path("people/new/place/", register.person_new_place, name="person-new-place"),
    path("people/new/review/", register.person_new_review, name="person-new-review"),
    path("people/new/discard/", register.person_new_discard, name="person-new-discard"),
    path("people/<ref:ref>/", dossier.person, name="person"),
    path("people/<ref:ref>/photo/", dossier.person_photo, name="person-photo"),
    path("people/<ref:ref>/history/", dossier.person_history, name="person-history"),
    path("people/<ref:ref>/id-reveal/", dossier.id_reveal, name="id-reveal"),
    path("people/<ref:ref>/edit/<slug:topic>/", edits.person_edit, name="person-edit"),
    path("people/<ref:ref>/identities/new/", edits.identity_new, name="identity-new"),
    path("people/<ref:ref>/identities/<int:pk>/ending/", edits.identity_end, name="identity-end"),
    path("people/<ref:ref>/services/new/", edits.service_new, name="service-new"),
    path("people/<ref:ref>/services/<int:pk>/", edits.service_edit, name="service-edit"),
    path("people/<ref:ref>/awards/new/", edits.award_new, name="award-new"),
    path("people/<ref:ref>/livelihood/", edits.livelihood_edit, name="livelihood"),
    path("people/<ref:ref>/household/", households.household, name="household"),
    path("people/<ref:ref>/household/new/", households.household_new, name="household-new"),
    path("people/<ref:ref>/household/join/", households.household_join, name="household-join"),
    path("people/<ref:ref>/household/edit/", households.household_edit, name="household-edit"),
    path("people/<ref:ref>/household/relatives/new/", households.relative_new, name="relative-new"),
    path("people/<ref:ref>/household/members/<int:pk>/leaving/", households.household_leave, name="household-leave"),
    path("ledgers/", exports.ledgers, name="ledgers"),
    path("ledgers/<slug:code>/", exports.ledger, name="ledger"),
    path("ledgers/<slug:code>/export/", exports.ledger_export, name="ledger-export"),
    path("", include("registry.urls_cards")),
    path("", include("registry.urls_changes")),
    path("", include("registry.urls_documents")),
    path("", include("registry.urls_duplicates")),
    path("", include("registry.urls_fallen")),
    path("", include("registry.urls_moves")),
    path("", include("registry.urls_papers")),
    path("", include("registry.urls_plaques")),
    path("", include("registry.urls_referrals")),
    path("", include("registry.urls_prompts")),
    path("imports/", include("registry.urls_imports")),
]
