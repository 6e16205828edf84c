"""Doors of the bank: templates, files, answers, the tie-out; and of what was paid too much."""

from django.urls import path

from benefits.views import bank_templates, overpayments, payment, returns

urlpatterns = [
    path("batches/<int:pk>/bank-files/", payment.bank_files, name="batch-bank-files"),
    path("batches/<int:pk>/returns/", returns.returns, name="batch-returns"),
    path("batches/<int:pk>/tie-out/", returns.tie_out, name="batch-tie-out"),
    path("batches/<int:pk>/reissue/", payment.reissue, name="batch-reissue"),
    path("bank-files/<int:pk>/download/", payment.bank_file_download, name="bank-file-download"),
    path("bank-files/<int:pk>/delivery-note/", payment.delivery_note, name="bank-file-note"),
    path("returns/<int:pk>/", returns.bank_return, name="bank-return"),
    path("returns/<int:pk>/application/", returns.return_apply, name="return-apply"),
    path("returns/<int:pk>/refusal/", returns.return_refuse, name="return-refuse"),
    path("lines/<int:pk>/cancellation/", payment.line_cancel, name="line-cancel"),
    path("lines/<int:pk>/cancellation/confirmation/", payment.line_cancel_confirm, name="line-cancel-confirm"),
    path("bank-templates/", bank_templates.bank_templates, name="bank-templates"),
    path("bank-templates/new/", bank_templates.bank_template_new, name="bank-template-new"),
    path("bank-templates/<int:pk>/", bank_templates.bank_template, name="bank-template"),
    path("bank-templates/<int:pk>/switch/", bank_templates.bank_template_switch, name="bank-template-switch"),
    path("overpayments/", overpayments.overpayments, name="overpayments"),
    path("overpayments/<int:pk>/", overpayments.overpayment, name="overpayment"),
    path("overpayments/<int:pk>/notice/", overpayments.overpayment_notice, name="overpayment-notice"),
    path("overpayments/<int:pk>/<slug:step>/", overpayments.overpayment_deed, name="overpayment-deed"),
]
