"""Sheets of A4 that a school prints and cuts: cards and badges. Pure: values in, a PDF out."""
