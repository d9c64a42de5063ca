"""Who a segment is from run to run: matching, and the reference whose ids and names are kept."""
