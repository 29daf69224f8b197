"""Reading and comparing DUO's register files: pure, without a database."""
