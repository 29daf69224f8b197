"""What a real portal needs around the code: roles, access lists, front server, and fresh secrets."""
