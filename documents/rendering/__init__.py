"""From frozen content to a page and from the page to PDF/A; the only home of WeasyPrint."""
