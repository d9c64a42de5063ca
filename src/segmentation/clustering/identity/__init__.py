"""Who a segment is from run to run: which segments are the same."""
