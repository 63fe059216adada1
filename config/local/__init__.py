"""What a machine of one's own needs: the embedded database server, set-up and demo."""
