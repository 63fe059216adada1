"""Money as people read it."""

from django import template

register = template.Library()


@register.filter
def money(amount: int) -> str:
    """An amount of đồng with points between thousands: ``8.000 đ``."""
    return f"{amount:,}".replace(",", ".") + " đ"
