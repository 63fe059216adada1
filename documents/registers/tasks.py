"""Work on documents that waits for the commit: their PDF."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from documents.files.storing import store_bytes
from documents.registers.models import Document
from documents.rendering.html import render_html
from documents.rendering.pdf import render_pdf


@task()
def render_document(document_id: str) -> None:
    """Make the PDF of an issued document; a second run finds the file and does nothing."""
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if document.rendered_at:
            return
        pdf = render_pdf(render_html(document, preview=False))
        stored = store_bytes(pdf.data, "application/pdf", pages=pdf.pages)
        document.file_id = stored.id
        document.sha256 = stored.sha256
        document.rendered_at = timezone.now()
        document.save(update_fields=["file_id", "sha256", "rendered_at"])
        if document.when_done:
            import_string(document.when_done).enqueue(str(document.id))
