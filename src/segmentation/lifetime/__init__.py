"""What customers will buy and be worth: arrays of purchase histories in, forecasts out."""
