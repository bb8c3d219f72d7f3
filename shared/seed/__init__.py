"""The demo catalogue: 36 styles, 489 variants, a picture for each style and colour."""
