"""What all stages take of the settings, how they are checked, and the YAML that they stand in."""
