"""How much a page takes and shows, and how."""

MOST_MEGABYTES = 20  # of a file that is uploaded
MOST_ROWS = 200_000  # of it
COLOURED = "by "  # begins columns of the map's points that say what else is known of them
MOST_POINTS = 3_000  # on the map: more would only hide one another
