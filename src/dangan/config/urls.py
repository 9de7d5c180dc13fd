"""The site map: one line a room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dangan.access.urls")),
    path("", include("dangan.access.factors.urls")),
    path("", include("dangan.access.sessions.urls")),
    path("", include("dangan.access.federation.urls")),
    path("", include("dangan.organization.urls")),
    path("", include("dangan.roster.urls")),
    path("", include("dangan.dossiers.collection.urls")),
    path("", include("dangan.dossiers.self_service.urls")),
    path("", include("dangan.dossiers.urls")),
    path("", include("dangan.dossiers.proposals.urls")),
    path("", include("dangan.files.urls")),
    path("", include("dangan.notices.urls")),
    path("", include("dangan.workflow.urls")),
    path("", include("dangan.materials.catalogue.urls")),
    path("", include("dangan.materials.receipts.urls")),
    path("", include("dangan.materials.scans.urls")),
    path("", include("dangan.materials.reading.urls")),
    path("", include("dangan.materials.storeroom.urls")),
    path("", include("dangan.materials.consultation.urls")),
    path("", include("dangan.materials.loans.urls")),
    path("", include("dangan.materials.transfers.urls")),
    path("", include("dangan.materials.special_audit.urls")),
    path("", include("dangan.materials.disposal.urls")),
    path("", include("dangan.entitlements.urls")),
    path("", include("dangan.lifecycle.urls")),
    path("", include("dangan.lifecycle.reminders.urls")),
    path("", include("dangan.confidentiality.urls")),
    path("", include("dangan.confidentiality.leaks.urls")),
    path("", include("dangan.security.urls")),
    path("", include("dangan.operations.backup.urls")),
    path("", include("dangan.operations.health.urls")),
    path("", include("dangan.exchange.urls")),
    path("", include("dangan.reports.urls")),
    path("", include("dangan.dossiers.dictionary_pages.urls")),
    path("", include("dangan.reports.audit_urls")),
    path("", include("dangan.ui.urls")),
    path("api/v1/", include("dangan.api.urls")),
]
handler400 = "dangan.ui.views.bad_request"
handler403 = "dangan.ui.views.forbidden"
handler404 = "dangan.ui.views.not_found"
handler500 = "dangan.ui.views.server_error"
