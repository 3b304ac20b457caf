"""What goes over the wire, a file for each family of answers."""
