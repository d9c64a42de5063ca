"""From somebody's file to settings: what each column is, what it becomes, the words for it."""
