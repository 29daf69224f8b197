"""From a roster that was read and the roster that stands to the difference between them; pure, without the database."""
