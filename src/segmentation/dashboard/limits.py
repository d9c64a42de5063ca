"""How much a page takes and shows."""

MOST_MEGABYTES = 20  # of a file that is uploaded
MOST_ROWS = 200_000  # of it
MOST_POINTS = 3_000  # on the map: more would only hide one another
