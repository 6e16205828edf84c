"""Doors of the petitions. No name and no number of a person stands in an address."""

from django.urls import path

from petitions.urls_desk import urlpatterns as desk
from petitions.views import accusations, board, case, deeds, listing, papers, printing, query_code, register, reviews

app_name = "petitions"
urlpatterns = [
    *desk,
    path("", listing.cases, name="cases"),
    path("board/", board.supervision_board, name="board"),
    path("lookup/", listing.lookup, name="lookup"),
    path("accusations/new/", accusations.new, name="accusation-new"),
    path("new/", register.new, name="new"),
    path("new/matter/", register.new_matter, name="new-matter"),
    path("new/review/", register.new_review, name="new-review"),
    path("new/same/", register.same, name="new-same"),
    path("new/discard/", register.discard, name="new-discard"),
    path("notices/<int:pk>.pdf", papers.notice_pdf, name="notice-pdf"),
    path("notices/<int:pk>/proof/", papers.notice_proof, name="notice-proof"),
    path("files/<int:pk>/", papers.file_read, name="file"),
    path("reviews/<int:pk>/<slug:deed>/", reviews.review_deed, name="review-deed"),
    path("<int:pk>/", case.case, name="case"),
    path("<int:pk>/registered/<uuid:file>/", register.registered, name="registered"),
    path("<int:pk>/petitioners/", papers.petitioners_reveal, name="petitioners-reveal"),
    path("<int:pk>/files/", papers.file_new, name="file-new"),
    path("<int:pk>/papers/<slug:paper>/", printing.case_paper, name="case-paper"),
    path("<int:pk>/consent/", printing.consent, name="consent"),
    path("<int:pk>/query-code/", query_code.query_code, name="query-code"),
    path("<int:pk>/<slug:deed>/", deeds.case_deed, name="case-deed"),
]
