"""Working days and hours: public holidays, swapped days, a commune's own days."""
