"""Forms of licences: all input passes one."""
