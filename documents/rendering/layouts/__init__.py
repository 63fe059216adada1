"""The layouts of printed slips as dated data: a new form is a new file under ``data``."""
