"""What a discharge permit says about industrial solid waste, and since when."""
