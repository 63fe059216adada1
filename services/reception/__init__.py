"""The hall of the one-stop desk: tickets, windows, screens, appointments, filing with help."""
