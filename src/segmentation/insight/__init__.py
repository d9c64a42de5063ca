"""What each segment is, and what to do about it: tables in, plain facts out."""
