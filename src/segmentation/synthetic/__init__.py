"""Made-up customers to try things on."""
