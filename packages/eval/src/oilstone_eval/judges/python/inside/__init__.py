"""What runs behind the walls for the Python judge; imports the standard library alone."""
