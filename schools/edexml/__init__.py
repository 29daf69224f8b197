"""EDEXML, the file in which a school's pupil administration exports its roster: reading, writing and inventing it.

Pure: bytes in, frozen dataclasses out. No ORM, no network, no wall clock.
"""
